"""Health checks of load balancers: describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.commands.base import Command, Effect
from runbook.commands.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_DESCRIBE = Grammar(
    "compute health-checks describe",
    operand="HEALTH_CHECK",
    scope="global or region",
)


def _fetch(session: Session, arguments: Arguments) -> Json:
    if arguments.region:
        return session.compute.region_health_check(
            arguments.project, arguments.region, arguments.operand
        )
    return session.compute.health_check(arguments.project, arguments.operand)


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    scope = f"regions/{arguments.region}" if arguments.region else "global"
    resource = f"projects/{arguments.project}/{scope}/healthChecks/{arguments.operand}"
    return Reading(arguments, resource, _fetch)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}",
        Effect.READS,
        "Shows a health check and its intervals.",
        _parse_describe,
    ),
)
