"""URL maps of load balancers: describe, list."""

from __future__ import annotations

from runbook.commands.compute_reads import (
    GLOBAL_OR_REGIONS,
    REGIONS,
    describing,
    listing,
)
from runbook.commands.grammar.gcloud_grammar import Grammar

_DESCRIBE = Grammar(
    "compute url-maps describe",
    operand="URL_MAP",
    scope="global or region",
    schema="compute.v1.UrlMap",
)
_LIST = Grammar(
    "compute url-maps list",
    scope="global",
    flags=(REGIONS,),
    exclusive=GLOBAL_OR_REGIONS,
    takes_more=True,
    is_list=True,
    default_format="table(name,defaultService.type_suffix())",
    schema="compute.v1.UrlMap",
)

KINDS = (
    describing("urlMaps", _DESCRIBE, "Shows which paths of a load balancer lead where."),
    listing("urlMaps", _LIST, "Lists URL maps."),
)
