"""VPC networks: describe, list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.cloud.compute_place import Place
from runbook.commands.base import Command, Effect
from runbook.commands.compute_reads import describing, self_link
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.grammar.list_flags import URI
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_DESCRIBE = Grammar(
    "compute networks describe",
    operand="NAME",
    schema="compute.v1.Network",
)
_LIST = Grammar(
    "compute networks list",
    flags=(URI,),
    takes_more=True,
    is_list=True,
    default_format=(
        "table(name,x_gcloud_subnet_mode:label=SUBNET_MODE,"
        "x_gcloud_bgp_routing_mode:label=BGP_ROUTING_MODE,"
        "IPv4Range:label=IPV4_RANGE,gatewayIPv4,internalIpv6Range)"
    ),
    schema="compute.v1.Network",
)


def _with_modes(network: Json) -> Json:
    """With the two fields that gcloud adds to every network it prints."""
    if not isinstance(network, dict):
        return network
    routing = network.get("routingConfig")
    mode = routing.get("routingMode") if isinstance(routing, dict) else None
    return {
        **network,
        "x_gcloud_subnet_mode": _subnet_mode(network),
        "x_gcloud_bgp_routing_mode": mode,
    }


def _subnet_mode(network: dict[str, Json]) -> str:
    if network.get("IPv4Range") is not None:
        return "LEGACY"
    return "AUTO" if network.get("autoCreateSubnetworks") else "CUSTOM"


def _fetch_all(session: Session, arguments: Arguments) -> Json:
    found = session.compute.lists.of("networks", [Place(arguments.project)])
    return [_with_modes(network) for network in found]


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    return Reading(arguments, Place(arguments.project).path("networks"), _fetch_all, uri=self_link)


KINDS = (
    describing("networks", _DESCRIBE, "Shows a VPC network.", seen=_with_modes),
    CommandKind(f"gcloud {_LIST.name}", Effect.READS, "Lists VPC networks.", _parse_list),
)
