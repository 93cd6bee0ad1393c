"""Backend services of load balancers: describe, list, get-health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError, PartlyReadError
from runbook.commands.base import Command, Effect
from runbook.commands.compute_reads import (
    GLOBAL_OR_REGIONS,
    REGIONS,
    describing,
    listing,
    place_of,
)
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_SCHEMA = "compute.v1.BackendService"
_DESCRIBE = Grammar(
    "compute backend-services describe",
    operand="BACKEND_SERVICE_NAME",
    scope="global or region",
    must_choose_scope=True,
    schema=_SCHEMA,
)
_LIST = Grammar(
    "compute backend-services list",
    scope="global",
    flags=(REGIONS,),
    exclusive=GLOBAL_OR_REGIONS,
    takes_more=True,
    is_list=True,
    default_format=(
        "table(name,backends[].group.scoped_suffixes().list():label=BACKENDS,protocol)"
    ),
    schema=_SCHEMA,
)
_GET_HEALTH = Grammar(
    "compute backend-services get-health",
    operand="BACKEND_SERVICE_NAME",
    scope="global or region",
    must_choose_scope=True,
    is_list=True,
)


def _fetch_health(session: Session, arguments: Arguments) -> Json:
    """The health of each group, in order. Raises `PartlyReadError` when one cannot be read."""
    place, name = place_of(arguments), arguments.operand
    service = session.compute.get("backendServices", place, name)
    found: list[Json] = []
    missed: list[CloudError] = []
    for group in _groups(service):
        try:
            status = session.compute.health(place, name, group)
        except CloudError as error:
            missed.append(error)
        else:
            found.append({"backend": group, "status": status})
    if missed:
        words = " ".join(error.message for error in missed)
        raise PartlyReadError(missed[0].kind, words, found, advice=missed[0].advice)
    return found


def _groups(service: Json) -> list[str]:
    backends = get(service, ("backends",))
    return [str(get(one, ("group",))) for one in backends] if isinstance(backends, list) else []


def _parse_get_health(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _GET_HEALTH)
    resource = place_of(arguments).path("backendServices", arguments.operand)
    return Reading(arguments, resource, _fetch_health)


KINDS = (
    describing(
        "backendServices",
        _DESCRIBE,
        "Shows a backend service, its time-out and its backends.",
    ),
    CommandKind(
        f"gcloud {_GET_HEALTH.name}",
        Effect.READS,
        "Shows which members behind a backend service are healthy.",
        _parse_get_health,
    ),
    listing("backendServices", _LIST, "Lists backend services with their groups."),
)
