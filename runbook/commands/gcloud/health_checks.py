"""Health checks of load balancers: describe, list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.compute_reads import (
    GLOBAL_OR_REGIONS,
    REGIONS,
    describing,
    listing,
)
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.language.format import parse_format
from runbook.commands.language.keys import get
from runbook.document.definition import Json

_SCHEMA = "compute.v1.HealthCheck"
_COLUMNS = "name:label=NAME,region.basename():label=REGION,type:label=PROTOCOL"
_HTTP = ("host", "port", "requestPath", "proxyHeader")
_TCP = ("port", "request", "response", "proxyHeader")
_MORE_COLUMNS = {
    "GRPC": ("port", "grpcServiceName"),
    "HTTP": _HTTP,
    "HTTPS": _HTTP,
    "HTTP2": _HTTP,
    "TCP": _TCP,
    "SSL": _TCP,
}
_HEADINGS = {
    "grpcServiceName": "GRPC_SERVICE_NAME",
    "requestPath": "REQUEST_PATH",
    "proxyHeader": "PROXY_HEADER",
}
_DESCRIBE = Grammar(
    "compute health-checks describe",
    operand="HEALTH_CHECK",
    scope="global or region",
    schema=_SCHEMA,
)
_LIST = Grammar(
    "compute health-checks list",
    scope="global",
    flags=(REGIONS, Flag("protocol")),
    exclusive=GLOBAL_OR_REGIONS,
    takes_more=True,
    is_list=True,
    schema=_SCHEMA,
)


def _has_protocol(arguments: Arguments, check: Json) -> bool:
    wanted = arguments.text("protocol")
    return not wanted or get(check, ("type",)) == wanted.upper()


def _table(protocol: str) -> Callable[[Json], str]:
    """What is printed without `--format`. One protocol's checks have columns of their own, and a
    format of the user's takes no headings from either table."""
    block = f"{protocol.lower()}HealthCheck"
    more = (
        f"{block}.{field}:label={_HEADINGS.get(field, field.upper())}"
        for field in _MORE_COLUMNS.get(protocol, ())
    )
    table = parse_format(f"table({','.join((_COLUMNS, *more))})")
    return lambda found: table.print_many(found if isinstance(found, list) else [found])


_LISTS = {
    protocol: listing(
        "healthChecks",
        _LIST,
        "Lists health checks of load balancers.",
        is_wanted=_has_protocol,
        spoken=_table(protocol),
    )
    for protocol in ("", *_MORE_COLUMNS)
}


def _parse_list(words: Sequence[str]) -> Command:
    protocol = read_arguments(words, _LIST).text("protocol")
    if protocol.upper() not in _LISTS:
        raise NotRunnable(f"Invalid health check protocol {protocol}.", gcloud_exit=1)
    return _LISTS[protocol.upper()].parse(words)


KINDS = (
    describing("healthChecks", _DESCRIBE, "Shows a health check and its intervals."),
    CommandKind(_LISTS[""].name, Effect.READS, _LISTS[""].summary, _parse_list),
)
