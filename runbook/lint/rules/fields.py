"""Field paths in `--format`, `--filter`, `--sort-by` and checks that name nothing, or something
old."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import Key, parse_key
from runbook.document import cel_text
from runbook.document.definition import Check
from runbook.lint.discovery import field_at
from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found

_UNKNOWN = Rule("unknown-field", "warning", "a field that the resource does not have")
_DEPRECATED = Rule("deprecated-field", "warning", "a field that Google has replaced")
_LEGACY = Rule("legacy-network-field", "warning", "a field that only legacy networks have")
RULES = (_UNKNOWN, _DEPRECATED, _LEGACY)

_LEGACY_FIELDS = {("compute.v1.Network", "IPv4Range"), ("compute.v1.Network", "gatewayIPv4")}
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TERM = re.compile(r"(?:^|[\s(])-?([A-Za-z_][\w.\[\]-]*)\s*(?:!=|<=|>=|!~|[:=<>~])")


def findings(document: Document) -> Iterator[Finding]:
    commands = [command for step in document.steps for command in step.commands]
    checks = {command.span.first: command.checks for command in commands}
    for reading in document.readings:
        line = reading.statement.line
        for arguments in reading.arguments:
            news = [
                f
                for where, key in _keys(arguments)
                for f in _looked_up(line, arguments, key, where)
            ]
            news += _in_checks(checks.get(reading.place_line, ()), arguments)
            for finding in news:
                yield replace(finding, instead=reading.as_written(finding.instead))


def _keys(arguments: Arguments) -> Iterator[tuple[str, Key]]:
    """Those that are the runbook's own: the headings of the command's table, and what stands below
    them, are always there."""
    headings = arguments.printed.headings
    own = set(headings.values())
    for where, key in _written_keys(arguments):
        if key not in own and _written(key) not in headings:
            yield where, key


def _written_keys(arguments: Arguments) -> Iterator[tuple[str, Key]]:
    if arguments.format:
        yield from (("--format", column.key) for column in arguments.printed.columns)
    for written in _TERM.findall(_QUOTED.sub("Q", arguments.filter)):
        yield from (("--filter", key) for key in _parsed(written))
    for written in arguments.sort_by.split(","):
        yield from (("--sort-by", key) for key in _parsed(written.removeprefix("~")))


def _parsed(written: str) -> Iterator[Key]:
    try:
        yield parse_key(written)
    except NotRunnable:
        return


def _in_checks(checks: tuple[Check, ...], arguments: Arguments) -> Iterator[Finding]:
    for check in checks:
        for field in cel_text.fields(check.expression):
            key: Key = field.keys
            if key[0] in ("items", "resource", "value"):
                key = key[1:]
            yield from _looked_up(check.line, arguments, key, check.level.title())


def _looked_up(line: int, arguments: Arguments, key: Key, where: str) -> Iterator[Finding]:
    """Fields that gcloud itself adds begin with `x_gcloud`."""
    schema, written = arguments.schema, _written(key)
    if not schema or not key or written.startswith("x_gcloud"):
        return
    if (schema, written) in _LEGACY_FIELDS:
        message = (
            f"{where}: only legacy networks have {written}; for any other network it is nothing. "
            "The ranges are those of its subnets."
        )
        network, project = arguments.operand, arguments.project
        subnets = f"subnets list --filter=network:{network or 'NETWORK'} --project={project}"
        yield found(_LEGACY, line, message, f"gcloud compute networks {subnets}")
        return
    field = field_at(schema, key)
    if field and field.missing:
        message = (
            f"{where}: {field.owner} has no field {field.missing}; gcloud prints nothing for it "
            "and ends with 0."
        )
        near = difflib.get_close_matches(field.missing, field.siblings, n=1, cutoff=0.8)
        yield found(_UNKNOWN, line, message, near[0] if near else "")
    elif field and field.is_deprecated:
        message = f"{where}: {written} is deprecated"
        message += f"; {field.replaced_by} took its place." if field.replaced_by else "."
        yield found(_DEPRECATED, line, message, field.replaced_by)


def _written(key: Key) -> str:
    text = ""
    for part in key:
        if isinstance(part, str):
            text += f".{part}" if text else part
        else:
            text += "[]" if part is None else f"[{part}]"
    return text
