"""Backend services of load balancers: describe."""

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
    "compute backend-services describe",
    operand="BACKEND_SERVICE",
    scope="global or region",
    must_choose_scope=True,
)


def _fetch(session: Session, arguments: Arguments) -> Json:
    if arguments.region:
        return session.compute.region_backend_service(
            arguments.project, arguments.region, arguments.operand
        )
    return session.compute.backend_service(arguments.project, arguments.operand)


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    scope = f"regions/{arguments.region}" if arguments.region else "global"
    resource = f"projects/{arguments.project}/{scope}/backendServices/{arguments.operand}"
    return Reading(arguments, resource, _fetch)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}",
        Effect.READS,
        "Shows a backend service, its time-out and its backends.",
        _parse_describe,
    ),
)
