"""Forwarding rules, the addresses of load balancers: describe, list."""

from __future__ import annotations

from runbook.commands.compute_reads import (
    GLOBAL_OR_REGIONS,
    REGIONS,
    describing,
    listing,
)
from runbook.commands.grammar.gcloud_grammar import Grammar

_DESCRIBE = Grammar(
    "compute forwarding-rules describe",
    operand="NAME",
    scope="global or region",
    must_choose_scope=True,
    schema="compute.v1.ForwardingRule",
)
_LIST = Grammar(
    "compute forwarding-rules list",
    scope="global",
    flags=(REGIONS,),
    exclusive=GLOBAL_OR_REGIONS,
    takes_more=True,
    is_list=True,
    default_format=(
        "table(name,region.basename(),IPAddress,IPProtocol,"
        "firstof(target,backendService).scope():label=TARGET)"
    ),
    schema="compute.v1.ForwardingRule",
)

KINDS = (
    describing("forwardingRules", _DESCRIBE, "Shows an address of a load balancer."),
    listing("forwardingRules", _LIST, "Lists addresses of load balancers and their targets."),
)
