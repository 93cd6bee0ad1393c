"""Reads the words after `gcloud COMMAND` the way gcloud does, and refuses in gcloud's own words."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from runbook.commands.base import NotRunnable
from runbook.commands.filter import parse_filter
from runbook.commands.flag_values import Flag, FlagValue, value_of
from runbook.commands.format import Format, parse_format
from runbook.commands.keys import parse_key

Scope = Literal["region", "zone", "location", "global or region", "global", "none"]

_PROJECT = re.compile(r"(?:[a-z][a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_REGION = re.compile(r"[a-z]+-[a-z]+\d{1,2}")
_ZONE = re.compile(r"[a-z]+-[a-z]+\d{1,2}-[a-z]")
_LOCATION = re.compile(r"global|[a-z]+(?:-[a-z]+\d{1,2})?")
_FOREIGN = {
    "access-token-file",
    "account",
    "billing-project",
    "configuration",
    "flags-file",
    "impersonate-service-account",
}
_UNSUPPORTED = {"async", "flatten", "log-http", "trace-token", "user-output-enabled", "zone", "uri"}


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may follow a command.

    `operand` is gcloud's name of the positional argument, "" where there is none, and `pattern`
    what it may look like; with `operand_is_optional` it may be missing. `scope` says which of
    `--region`, `--zone`, `--location` and `--global` exist; `must_choose_scope` that gcloud does
    not start without one. `needs` are flags without which gcloud does not start, `exclusive` pairs
    of which it takes one. `others` are flags that gcloud has and we do not. `default_format` is
    what gcloud prints with unless told, `siblings` what it adds to projections (see `Format`).
    `schema` names what is printed in Google's API descriptions, "sqladmin.v1.DatabaseInstance",
    so that field paths can be checked without asking anybody.
    """

    name: str
    operand: str = ""
    operand_is_optional: bool = False
    pattern: str = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
    scope: Scope = "none"
    must_choose_scope: bool = False
    flags: tuple[Flag, ...] = ()
    needs: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, str], ...] = ()
    others: frozenset[str] = frozenset()
    is_list: bool = False
    default_format: str = "yaml"
    siblings: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """A command line that gcloud would accept. `region`, `zone` and `location` are "" where they
    were not given."""

    name: str
    operand: str = ""
    flags: tuple[tuple[str, FlagValue], ...] = ()
    project: str = ""
    region: str = ""
    zone: str = ""
    location: str = ""
    is_global: bool = False
    format: str = ""
    filter: str = ""
    limit: int = 0
    sort_by: str = ""
    flatten: tuple[str, ...] = ()
    page_size: int = 0
    printed: Format = field(default_factory=Format)
    schema: str = ""

    def flag(self, name: str) -> FlagValue | None:
        return dict(self.flags).get(name)

    def text(self, name: str) -> str:
        value = self.flag(name)
        return value if isinstance(value, str) else ""

    def mapping(self, name: str) -> dict[str, str]:
        """What a flag of kind "mapping" holds; {} where it was not given."""
        value = self.flag(name)
        entries = value if isinstance(value, tuple) else ()
        return {entry[0]: entry[1] for entry in entries if isinstance(entry, tuple)}

    def items(self, name: str) -> tuple[str, ...]:
        """What a flag of kind "list" holds; () where it was not given."""
        value = self.flag(name)
        entries = value if isinstance(value, tuple) else ()
        return tuple(entry for entry in entries if isinstance(entry, str))

    def as_gcloud(self) -> str:
        """One line that the real CLI accepts and that reads back to the same arguments."""
        words = ["gcloud", *self.name.split()]
        words += [self.operand] if self.operand else []
        words += [_written(name, value) for name, value in self.flags]
        words += ["--global"] if self.is_global else []
        for name in ("region", "zone", "location", "project", "filter", "sort_by", "format"):
            value = getattr(self, name)
            words += [f"--{name.replace('_', '-')}={value}"] if value else []
        words += [f"--limit={self.limit}"] if self.limit else []
        return shlex.join(words)


def _written(name: str, value: FlagValue) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    if isinstance(value, tuple):
        items = (item if isinstance(item, str) else "=".join(item) for item in value)
        return f"--{name}=" + ",".join(items)
    return f"--{name}={value}"


def read_arguments(words: Sequence[str], grammar: Grammar) -> Arguments:
    """Raises NotRunnable; its `instead` is a command line where one can be offered."""
    operands, given = _separate(words, grammar)
    operand = _operand(operands, grammar)
    _check_exclusive(given, grammar)
    own = {flag.name for flag in grammar.flags}
    common = {name: text for name, text in given.items() if name not in own}
    _check_list_flags(common)
    missing = [name for name in grammar.needs if name not in given]
    if missing:
        raise NotRunnable(f"argument --{missing[0]}: Must be specified.")
    return Arguments(
        name=grammar.name,
        operand=operand,
        flags=tuple(
            (flag.name, value_of(flag, given[flag.name]))
            for flag in grammar.flags
            if flag.name in given
        ),
        project=_project(common, grammar, words),
        region=_region(common, grammar, words),
        zone=_place(common, "zone", _ZONE, grammar, words),
        location=_place(common, "location", _LOCATION, grammar, words),
        is_global="global" in common,
        format=common.get("format", ""),
        filter=common.get("filter", ""),
        limit=_limit(common),
        sort_by=common.get("sort-by", ""),
        printed=parse_format(
            common.get("format", ""),
            siblings=grammar.siblings,
            default=grammar.default_format,
            sort_by=common.get("sort-by", ""),
        ),
        schema=grammar.schema,
    )


def _check_exclusive(given: Mapping[str, str], grammar: Grammar) -> None:
    for one, other in grammar.exclusive:
        if one in given and other in given:
            raise NotRunnable(f"At most one of --{one} | --{other} can be specified.")


def _check_list_flags(given: Mapping[str, str]) -> None:
    if "filter" in given:
        parse_filter(given["filter"])
    for name in given.get("sort-by", "").split(","):
        if name:
            parse_key(name.removeprefix("~"))


def _separate(words: Sequence[str], grammar: Grammar) -> tuple[list[str], dict[str, str]]:
    """Operands, and flags by name with their raw text; a boolean's text is "true" or "false"."""
    operands: list[str] = []
    given: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-q", "--quiet"):
            continue
        if not word.startswith("-"):
            operands.append(word)
            continue
        name, has_value, text = word.removeprefix("--").partition("=")
        name, text = _flag_text(name, text, has_value=bool(has_value), rest=rest, grammar=grammar)
        if name in given:
            raise NotRunnable(f"The flag --{name} is given twice.")
        given[name] = text
    return operands, given


def _flag_text(
    name: str, text: str, *, has_value: bool, rest: list[str], grammar: Grammar
) -> tuple[str, str]:
    booleans = _booleans(grammar)
    positive = name.removeprefix("no-")
    if positive in booleans:
        if has_value:
            raise NotRunnable(f"argument --{name}: ignored explicit argument '{text}'")
        if name != positive and positive == "global":
            raise NotRunnable(_unrecognized(name, grammar))
        return positive, "true" if name == positive else "false"
    if name not in _with_value(grammar):
        raise NotRunnable(_unrecognized(name, grammar))
    if not has_value:
        if not rest or rest[0].startswith("--"):
            raise NotRunnable(f"argument --{name}: expected one argument")
        text = rest.pop(0)
    return name, text


def _booleans(grammar: Grammar) -> set[str]:
    found = {flag.name for flag in grammar.flags if flag.kind == "boolean"}
    return found | ({"global"} if grammar.scope in ("global", "global or region") else set())


def _with_value(grammar: Grammar) -> set[str]:
    names = {flag.name for flag in grammar.flags if flag.kind != "boolean"} | {"project", "format"}
    if grammar.scope in ("region", "global or region"):
        names.add("region")
    if grammar.scope in ("zone", "location"):
        names.add(grammar.scope)
    return names | ({"filter", "limit", "sort-by"} if grammar.is_list else set())


def _unrecognized(name: str, grammar: Grammar) -> str:
    if name in _FOREIGN:
        return f"--{name} is not accepted: commands run with the credentials of the environment."
    if name in _UNSUPPORTED or name in grammar.others:
        return f"gcloud knows --{name} but it is not supported here."
    known = _with_value(grammar) | _booleans(grammar)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean '--{close[0]}'?)" if close else ""
    return f"unrecognized arguments: --{name}{hint}"


def _operand(operands: list[str], grammar: Grammar) -> str:
    if not grammar.operand:
        if operands:
            raise NotRunnable(f"unrecognized arguments: {' '.join(operands)}")
        return ""
    if not operands and grammar.operand_is_optional:
        return ""
    if not operands:
        raise NotRunnable(f"argument {grammar.operand}: Must be specified.")
    if len(operands) > 1:
        raise NotRunnable(f"unrecognized arguments: {' '.join(operands[1:])}")
    if not re.fullmatch(grammar.pattern, operands[0]):
        raise NotRunnable(f"argument {grammar.operand}: '{operands[0]}' is not a possible name.")
    return operands[0]


def _project(given: Mapping[str, str], grammar: Grammar, words: Sequence[str]) -> str:
    project = given.get("project", "")
    if not project:
        raise NotRunnable(
            "The required property [project] is not currently set.",
            instead=_corrected(grammar, words, "--project=PROJECT"),
        )
    if not _PROJECT.fullmatch(project):
        raise NotRunnable(f"'{project}' cannot be the id of a project.")
    return project


def _region(given: Mapping[str, str], grammar: Grammar, words: Sequence[str]) -> str:
    region = given.get("region", "")
    if region and "global" in given:
        raise NotRunnable("At most one of --global | --region can be specified.")
    if grammar.scope == "region" and not region:
        raise NotRunnable(
            "argument --region: Must be specified.",
            instead=_corrected(grammar, words, "--region=REGION"),
        )
    if grammar.must_choose_scope and not region and "global" not in given:
        raise NotRunnable(
            "Underspecified resource. Specify one of the [--global, --region] flags.",
            instead=_corrected(grammar, words, "--global"),
        )
    if region and not _REGION.fullmatch(region):
        raise NotRunnable(f"'{region}' cannot be the name of a region.")
    return region


def _place(
    given: Mapping[str, str],
    name: Literal["zone", "location"],
    pattern: re.Pattern[str],
    grammar: Grammar,
    words: Sequence[str],
) -> str:
    """`--zone` or `--location`, needed where the scope says that the command has it."""
    if grammar.scope != name:
        return ""
    text = given.get(name, "")
    if not text and grammar.must_choose_scope:
        addition = f"--{name}={name.upper()}"
        raise NotRunnable(
            f"argument --{name}: Must be specified.", instead=_corrected(grammar, words, addition)
        )
    if text and not pattern.fullmatch(text):
        raise NotRunnable(f"'{text}' cannot be the name of a {name}.")
    return text


def _corrected(grammar: Grammar, words: Sequence[str], addition: str) -> str:
    return shlex.join(["gcloud", *grammar.name.split(), *words, addition])


def _limit(given: Mapping[str, str]) -> int:
    text = given.get("limit", "")
    if not text:
        return 0
    if not text.isdecimal() or int(text) < 1:
        raise NotRunnable("argument --limit: Value must be greater than or equal to 1.")
    return int(text)
