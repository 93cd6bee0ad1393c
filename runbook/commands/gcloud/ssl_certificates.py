"""TLS certificates of load balancers: describe."""

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
    "compute ssl-certificates describe",
    operand="SSL_CERTIFICATE",
    scope="global or region",
)


def _fetch(session: Session, arguments: Arguments) -> Json:
    if arguments.region:
        return session.compute.region_ssl_certificate(
            arguments.project, arguments.region, arguments.operand
        )
    return session.compute.ssl_certificate(arguments.project, arguments.operand)


def _parse_describe(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _DESCRIBE)
    scope = f"regions/{arguments.region}" if arguments.region else "global"
    resource = f"projects/{arguments.project}/{scope}/sslCertificates/{arguments.operand}"
    return Reading(arguments, resource, _fetch)


KINDS = (
    CommandKind(
        f"gcloud {_DESCRIBE.name}",
        Effect.READS,
        "Shows a certificate of a load balancer, with the state of each domain.",
        _parse_describe,
    ),
)
