"""Reads the words after `gcloud COMMAND` the way gcloud does, and refuses in gcloud's own words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runbook.commands.arguments import Arguments
from runbook.commands.base import NotRunnable
from runbook.commands.filter import parse_filter
from runbook.commands.flag_values import Flag, FlagValue, split_items, value_of
from runbook.commands.flag_words import (
    EVERYWHERE,
    VERBOSITIES,
    Known,
    corrected,
    meant,
    part_words,
    unrecognized,
)
from runbook.commands.format import Format, parse_format
from runbook.commands.keys import parse_key
from runbook.commands.scopes import Place, Scope, Unplaced, flags_of, has_global, place_of

__all__ = ["Arguments", "Grammar", "read_arguments"]

_LIST_FLAGS = frozenset({"filter", "limit", "page-size", "sort-by"})
_FLATTEN = Flag("flatten", "list")


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


def read_arguments(words: Sequence[str], grammar: Grammar) -> Arguments:
    """Raises NotRunnable; its `instead` is a command line where one can be offered."""
    known = _known(grammar)
    parted = part_words(words, known)
    given = parted.flags
    common = _common(given, grammar)
    flags = [flag for flag in grammar.flags if flag.name in given]
    values, ours = _values(flags, given, grammar, words)
    numbers = {name: _count(common, name) for name in ("limit", "page-size")}
    _check_verbosity(common)
    operand, extra = _operand(parted.operands, grammar)
    _check_unknown([*extra, *parted.unknown], grammar, words, known)
    _check_operand(operand, grammar, given)
    _check_needs(given, grammar, words)
    _check_exclusive(given, grammar)
    if ours is not None:
        raise ours
    place = _place(common, operand, grammar, words)
    printed = _printed(common, grammar)
    _check_list_flags(common, printed)
    return Arguments(
        name=grammar.name,
        operand=operand,
        flags=values,
        project=place.project,
        region=place.region,
        zone=place.zone,
        location=place.location,
        is_global=place.is_global,
        format=common.get("format", ""),
        filter=common.get("filter", ""),
        limit=numbers["limit"],
        page_size=numbers["page-size"],
        sort_by=common.get("sort-by", ""),
        flatten=tuple(split_items(_FLATTEN, common.get("flatten", ""))),
        printed=printed,
        schema=grammar.schema,
    )


def _common(given: Mapping[str, str], grammar: Grammar) -> dict[str, str]:
    """The flags that every command has or every list; not those that a grammar names itself, which
    mean what the command makes of them."""
    own = {flag.name for flag in grammar.flags}
    return {name: text for name, text in given.items() if name not in own}


def _known(grammar: Grammar) -> Known:
    """The flags that may follow the command. `--uri` is gcloud's for lists, and not ours."""
    booleans = {flag.name for flag in grammar.flags if flag.kind == "boolean"} | {"quiet"}
    texts = {flag.name for flag in grammar.flags if flag.kind != "boolean"}
    ours = texts | EVERYWHERE | flags_of(grammar.scope)
    is_reading = grammar.is_list or grammar.name.endswith(" describe")
    others = ({"uri"} if grammar.is_list else set()) | (set() if is_reading else {"async"})
    return Known(
        with_value=frozenset(ours | (_LIST_FLAGS if grammar.is_list else frozenset())),
        booleans=frozenset(booleans | ({"global"} if has_global(grammar.scope) else set())),
        others=frozenset(grammar.others | others),
        merged=frozenset(flag.name for flag in grammar.flags if flag.kind == "mapping"),
    )


def _values(
    flags: Sequence[Flag], given: Mapping[str, str], grammar: Grammar, words: Sequence[str]
) -> tuple[tuple[tuple[str, FlagValue], ...], NotRunnable | None]:
    """The values, and a refusal that is not gcloud's, which waits for gcloud's own."""
    values: list[tuple[str, FlagValue]] = []
    ours: NotRunnable | None = None
    for flag in flags:
        try:
            values.append((flag.name, _value(flag, given[flag.name], grammar, words)))
        except NotRunnable as refusal:
            if refusal.gcloud_exit:
                raise
            ours = ours or refusal
    return tuple(values), ours


def _value(flag: Flag, text: str, grammar: Grammar, words: Sequence[str]) -> FlagValue:
    try:
        return value_of(flag, text)
    except NotRunnable as refusal:
        if not refusal.instead:
            raise
        better = [word for word in words if not word.startswith(f"--{flag.name}") and word != text]
        instead = _line(grammar, [*better, refusal.instead])
        raise NotRunnable(refusal.reason, instead, gcloud_exit=refusal.gcloud_exit) from refusal


def _count(given: Mapping[str, str], name: str) -> int:
    """0 where there is no bound."""
    text = given.get(name)
    if text is None or text == "unlimited":
        return 0
    said = f"argument --{name}: Value must be"
    if not re.fullmatch(r"[-+]?\d{1,9}", text, re.ASCII):
        received = f"; received: {text}" if text else "; received empty string"
        raise NotRunnable(f"{said} an integer{received}", gcloud_exit=2)
    if int(text) < 1:
        raise NotRunnable(f"{said} greater than or equal to 1; received: {text}", gcloud_exit=2)
    return int(text)


def _check_verbosity(given: Mapping[str, str]) -> None:
    """It changes nothing here: what gcloud says beside the output is always shown."""
    level = given.get("verbosity", "none")
    if level not in VERBOSITIES:
        valid = ", ".join(VERBOSITIES)
        raise NotRunnable(
            f"argument --verbosity: Invalid choice: '{level}'. Valid choices are [{valid}].",
            gcloud_exit=2,
        )


def _operand(operands: list[str], grammar: Grammar) -> tuple[str, list[str]]:
    """The operand, and the words for which there is no place."""
    if not grammar.operand:
        return "", operands
    return (operands[0] if operands else ""), operands[1:]


def _check_unknown(
    unknown: Sequence[str], grammar: Grammar, words: Sequence[str], known: Known
) -> None:
    if not unknown:
        return
    flags = [word for word in unknown if meant(word, known)]
    better = corrected(words, flags, known) if len(flags) == len(unknown) else []
    raise NotRunnable(
        unrecognized(unknown, known), _line(grammar, better) if better else "", gcloud_exit=2
    )


def _check_operand(operand: str, grammar: Grammar, given: Mapping[str, str]) -> None:
    if not grammar.operand or (not operand and grammar.operand_is_optional):
        return
    if not operand:
        raise NotRunnable(_no_operand(grammar, given), gcloud_exit=2)
    if not re.fullmatch(grammar.pattern, operand):
        raise NotRunnable(f"argument {grammar.operand}: '{operand}' is not a possible name.")


def _no_operand(grammar: Grammar, given: Mapping[str, str]) -> str:
    """Where a region belongs to the name gcloud speaks of both."""
    if grammar.scope != "region":
        return f"argument {grammar.operand}: Must be specified."
    if "region" in given:
        return f"argument --region: {grammar.operand} must be specified."
    return f"argument ({grammar.operand} : --region=REGION): Must be specified."


def _check_needs(given: Mapping[str, str], grammar: Grammar, words: Sequence[str]) -> None:
    missing = [name for name in grammar.needs if name not in given]
    if missing:
        addition = f"--{missing[0]}={missing[0].upper().replace('-', '_')}"
        raise NotRunnable(
            f"argument --{missing[0]}: Must be specified.",
            _line(grammar, [*words, addition]),
            gcloud_exit=2,
        )


def _check_exclusive(given: Mapping[str, str], grammar: Grammar) -> None:
    for pair in grammar.exclusive:
        if all(name in given for name in pair):
            one, other = sorted(pair)
            raise NotRunnable(
                f"argument --{one}: At most one of --{one} | --{other} can be specified.",
                gcloud_exit=2,
            )


def _place(given: Mapping[str, str], operand: str, grammar: Grammar, words: Sequence[str]) -> Place:
    try:
        return place_of(
            given,
            grammar.scope,
            operand,
            must_choose=grammar.must_choose_scope,
            is_list=grammar.is_list,
        )
    except Unplaced as refusal:
        instead = _line(grammar, [*words, refusal.addition])
        raise NotRunnable(refusal.reason, instead, gcloud_exit=refusal.gcloud_exit) from refusal


def _printed(given: Mapping[str, str], grammar: Grammar) -> Format:
    return parse_format(
        given.get("format", ""),
        siblings=grammar.siblings,
        default=grammar.default_format,
        sort_by=given.get("sort-by", ""),
    )


def _check_list_flags(given: Mapping[str, str], printed: Format) -> None:
    if "filter" in given:
        parse_filter(given["filter"], printed.aliases)
    names = [name.lstrip("~") for name in given.get("sort-by", "").split(",")]
    for name in [*names, *split_items(_FLATTEN, given.get("flatten", ""))]:
        if name:
            parse_key(name)


def _line(grammar: Grammar, words: Sequence[str]) -> str:
    return shlex.join(["gcloud", *grammar.name.split(), *words])
