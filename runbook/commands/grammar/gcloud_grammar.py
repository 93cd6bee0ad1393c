"""Reads the words after `gcloud COMMAND` the way gcloud does, and refuses in gcloud's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.arguments import Arguments
from runbook.commands.grammar.flag_values import Flag, FlagValue, split_items, value_of
from runbook.commands.grammar.flag_words import (
    EVERYWHERE,
    Known,
    corrected,
    meant,
    part_words,
    unrecognized,
)
from runbook.commands.grammar.grammar import Grammar, written_again
from runbook.commands.grammar.list_flags import (
    FLATTEN,
    LIST_FLAGS,
    check_chosen,
    check_verbosity,
    count,
)
from runbook.commands.grammar.operands import check_operand, operand_of
from runbook.commands.grammar.other_flags import other_flags
from runbook.commands.grammar.scopes import (
    Place,
    Unplaced,
    flags_of,
    has_global,
    is_perhaps_project,
    place_of,
)
from runbook.commands.language.format import Format, parse_format

__all__ = ["Arguments", "Grammar", "read_arguments"]


def read_arguments(words: Sequence[str], grammar: Grammar) -> Arguments:
    """Raises NotRunnable; its `instead` is a command line where one can be offered."""
    known = _known(grammar)
    parted = part_words(words, known)
    given = parted.flags
    common = _common(given, grammar)
    flags = [flag for flag in grammar.flags if flag.name in given]
    ours = parted.ours
    values = _values(flags, given, grammar, words, ours)
    numbers = {name: count(common, name) for name in ("limit", "page-size")}
    check_verbosity(common)
    _check_replaced(parted.replaced, grammar, words, ours)
    operand, extra = operand_of(parted.operands, grammar, ours)
    _check_unknown([*extra, *parted.unknown], grammar, words, known)
    check_operand(operand, parted.operands, grammar, given, ours)
    _check_needs(given, grammar, words)
    _check_exclusive(given, grammar)
    place = _place(common, operand, grammar, words, ours)
    if ours:
        raise ours[0]
    printed = _printed(common, grammar)
    check_chosen(common, printed)
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
        flatten=tuple(split_items(FLATTEN, common.get("flatten", ""))),
        printed=printed,
        schema=grammar.schema,
    )


def _common(given: Mapping[str, str], grammar: Grammar) -> dict[str, str]:
    """The flags that every command has or every list; not those that a grammar names itself, which
    mean what the command makes of them."""
    own = {flag.name for flag in grammar.flags}
    return {name: text for name, text in given.items() if name not in own}


def _known(grammar: Grammar) -> Known:
    """The flags that may follow the command."""
    booleans = {flag.name for flag in grammar.flags if flag.kind == "boolean"} | {"quiet"}
    texts = {flag.name for flag in grammar.flags if flag.kind != "boolean"}
    ours = texts | EVERYWHERE | flags_of(grammar.scope)
    of_lists = LIST_FLAGS if grammar.has_pages else LIST_FLAGS - {"page-size"}
    return Known(
        with_value=frozenset(ours | (of_lists if grammar.is_list else frozenset())),
        booleans=frozenset(booleans | ({"global"} if has_global(grammar.scope) else set())),
        one_way=frozenset({"quiet", "global"} | {n for n in booleans if n.startswith("no-")}),
        others=other_flags(grammar.name),
        merged=frozenset(flag.name for flag in grammar.flags if flag.kind == "mapping"),
        has_operands=bool(grammar.operand) or grammar.takes_more,
        takes_more=grammar.takes_more,
    )


def _values(
    flags: Sequence[Flag],
    given: Mapping[str, str],
    grammar: Grammar,
    words: Sequence[str],
    ours: list[NotRunnable],
) -> tuple[tuple[str, FlagValue], ...]:
    """The values. A refusal that is not gcloud's goes to `ours`, and waits for gcloud's own."""
    values: list[tuple[str, FlagValue]] = []
    for flag in flags:
        try:
            values.append((flag.name, _value(flag, given[flag.name], grammar, words)))
        except NotRunnable as refusal:
            if refusal.gcloud_exit:
                raise
            ours.append(refusal)
    return tuple(values)


def _check_replaced(
    replaced: Sequence[tuple[str, str]],
    grammar: Grammar,
    words: Sequence[str],
    ours: list[NotRunnable],
) -> None:
    """gcloud reads every value, also one that a later one of the same flag replaces."""
    for name, text in replaced:
        own = [flag for flag in grammar.flags if flag.name == name]
        _values(own, {name: text}, grammar, words, ours)
        if not own:
            check_verbosity({name: text})
            count({name: text} if name in ("limit", "page-size") else {}, name)
        if name == "project" and not is_perhaps_project(text):
            ours.append(NotRunnable(f"'{text}' cannot be the id of a project."))


def _value(flag: Flag, text: str, grammar: Grammar, words: Sequence[str]) -> FlagValue:
    try:
        return value_of(flag, text)
    except NotRunnable as refusal:
        if not refusal.instead:
            raise
        better = [word for word in words if not word.startswith(f"--{flag.name}") and word != text]
        instead = written_again(grammar, [*better, refusal.instead])
        raise NotRunnable(refusal.reason, instead, gcloud_exit=refusal.gcloud_exit) from refusal


def _check_unknown(
    unknown: Sequence[str], grammar: Grammar, words: Sequence[str], known: Known
) -> None:
    if not unknown:
        return
    flags = [word for word in unknown if meant(word, known)]
    better = corrected(words, flags, known) if len(flags) == len(unknown) else []
    raise NotRunnable(
        unrecognized(unknown, known),
        written_again(grammar, better) if better else "",
        gcloud_exit=2,
    )


def _check_needs(given: Mapping[str, str], grammar: Grammar, words: Sequence[str]) -> None:
    missing = [name for name in grammar.needs if name not in given]
    if missing:
        addition = f"--{missing[0]}={missing[0].upper().replace('-', '_')}"
        raise NotRunnable(
            f"argument --{missing[0]}: Must be specified.",
            written_again(grammar, [*words, addition]),
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


def _place(
    given: Mapping[str, str],
    operand: str,
    grammar: Grammar,
    words: Sequence[str],
    ours: Sequence[NotRunnable],
) -> Place:
    """What gcloud's parser says of it comes before `ours`, what it says later behind."""
    try:
        return place_of(
            given,
            grammar.scope,
            operand,
            must_choose=grammar.must_choose_scope,
            is_list=grammar.is_list,
        )
    except NotRunnable as refusal:
        if ours and refusal.gcloud_exit != 2:
            raise ours[0] from refusal
        addition = refusal.addition if isinstance(refusal, Unplaced) else ""
        instead = written_again(grammar, [*words, addition]) if addition else ""
        raise NotRunnable(refusal.reason, instead, gcloud_exit=refusal.gcloud_exit) from refusal


def _printed(given: Mapping[str, str], grammar: Grammar) -> Format:
    return parse_format(
        given.get("format", ""),
        siblings=grammar.siblings,
        default=grammar.default_format,
        sort_by=given.get("sort-by", ""),
    )
