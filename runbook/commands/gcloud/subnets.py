"""Subnets of VPC networks: describe, list."""

from __future__ import annotations

from dataclasses import replace

from runbook.commands.compute_reads import REGIONS, describing, listing
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar
from runbook.document.definition import Json

_DESCRIBE = Grammar(
    "compute networks subnets describe",
    operand="NAME",
    scope="region",
    must_choose_scope=True,
    schema="compute.v1.Subnetwork",
)
_LIST = Grammar(
    "compute networks subnets list",
    flags=(replace(REGIONS, may_be_empty=False), Flag("network")),
    takes_more=True,
    is_list=True,
    default_format=(
        "table(name,region.basename(),network.basename(),ipCidrRange:label=RANGE,stackType,"
        "ipv6AccessType,internalIpv6Prefix,externalIpv6Prefix)"
    ),
    schema="compute.v1.Subnetwork",
)


def _is_in_network(arguments: Arguments, subnet: Json) -> bool:
    """Whether the subnet belongs to the network of `--network`, compared by its short name."""
    wanted = arguments.flag("network")
    if wanted is None:
        return True
    network = subnet.get("network") if isinstance(subnet, dict) else None
    return isinstance(network, str) and network.rpartition("/")[2] == wanted


KINDS = (
    describing("subnetworks", _DESCRIBE, "Shows a subnet and its range."),
    listing("subnetworks", _LIST, "Lists subnets.", is_wanted=_is_in_network),
)
