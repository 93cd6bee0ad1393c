"""The clocks in the head of a runbook: escalation levels, how often words are due, the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast, get_args

from runbook.document.definition import (
    ChannelKind,
    EscalationLevel,
    LevelOrigin,
    Phase,
    Problem,
    Severity,
    UpdateCadence,
)
from runbook.document.values import (
    Wrong,
    read_mapping,
    read_name,
    read_seconds,
    read_text,
    read_texts,
)

LEVEL_KEYS = ("after", "from", "if", "severity", "to", "notify", "repeat", "next", "then")
CHANNELS: Mapping[str, ChannelKind] = {
    **dict.fromkeys(("email", "mail", "webhook"), "email"),
    "webhook": "webhook",
    **dict.fromkeys(
        ("service", "sms", "phone", "call", "slack", "teams", "chat", "push", "pager", "pagerduty"),
        "service",
    ),
}
"""How people write a channel, without case, "-", "_" and spaces, and which kind it is."""

_ORIGIN = re.compile(r"(incident|phase|update|level)s?\b[\s:]*(.*)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-_\s]+")


def read_escalation(value: object, line: int) -> tuple[EscalationLevel, ...]:
    """Sorted by time when all levels count from the incident's start, else as they are written."""
    if not isinstance(value, list):
        raise Wrong("this is not a list", "`- {after: 2h, to: [role], then: [what to do]}`")
    levels = [_level(item, line + place) for place, item in enumerate(value, 1)]
    if all(level.origin == "incident" for level in levels):
        levels.sort(key=lambda level: level.after)
    return tuple(levels)


def _level(item: object, line: int) -> EscalationLevel:
    level = read_mapping(item)
    unknown = [str(key) for key in level if key not in LEVEL_KEYS]
    if unknown:
        keys = ", ".join(f"`{key}`" for key in LEVEL_KEYS)
        raise Wrong(f"a level has the unknown key `{unknown[0][:40]}`", keys)
    if "after" not in level:
        raise Wrong("a level does not say after how long", "`after: 2h`")
    origin, key = _origin(read_text(level.get("from") or "incident", line))
    return EscalationLevel(
        after=read_seconds(level["after"], line),
        origin=origin,
        origin_key=key,
        condition=read_text(level.get("if") or "", line),
        severities=read_severities(level.get("severity"), line),
        to=read_texts(level.get("to"), line),
        notify=_channels(level.get("notify"), line),
        repeat=_seconds_or_never(level.get("repeat"), line),
        next_after=_seconds_or_never(level.get("next"), line),
        then=read_texts(level.get("then"), line),
        line=line,
    )


def _origin(words: str) -> tuple[LevelOrigin, str]:
    """What a level counts from and which one: of `phase 2` the key is "2". Words that begin with no
    known origin are a phase's title."""
    match = _ORIGIN.fullmatch(words)
    if match is None:
        return "phase", words[:60]
    origin, key = cast("LevelOrigin", match[1].lower()), match[2].strip()[:60]
    if origin == "incident":
        if key not in ("", "start"):
            raise Wrong(f"`from: {words[:40]}` is not understood", "`from: incident`")
        return origin, ""
    if not key:
        raise Wrong(f"`from: {words[:40]}` does not say which {origin}", _example(origin))
    if origin == "level" and not key.isdecimal():
        raise Wrong(f"`from: {words[:40]}` names no level by its number", _example(origin))
    return origin, key


def _example(origin: LevelOrigin) -> str:
    key = {"phase": "2", "update": "leadership", "level": "1"}.get(origin, "")
    return f"`from: {origin} {key}`"


def read_severities(value: object, line: int) -> tuple[Severity, ...]:
    """`P0`, or a list of severities; nothing means all of them."""
    if value is None:
        return ()
    return tuple(
        read_severity(one, line) for one in (value if isinstance(value, list) else [value])
    )


def read_severity(value: object, _line: int) -> Severity:
    for severity in get_args(Severity):
        if str(value).upper() == severity:
            return cast("Severity", severity)
    raise Wrong(f"`{str(value)[:40]}` is not a severity", "P0, P1, P2, P3 or P4")


def _channels(value: object, line: int) -> tuple[ChannelKind, ...]:
    kinds = [_channel(words) for words in read_texts(value, line)]
    return tuple(dict.fromkeys(kinds))


def _channel(words: str) -> ChannelKind:
    kind = CHANNELS.get(_SEPARATORS.sub("", words.casefold()))
    if kind is None:
        raise Wrong(f"`{words[:40]}` is no way to tell people", "`email`, `webhook` or `service`")
    return kind


def _seconds_or_never(value: object, line: int) -> int:
    return 0 if value is None else read_seconds(value, line)


def read_updates(value: object, line: int) -> tuple[UpdateCadence, ...]:
    """`leadership: 1h`, or `leadership: {P0: 1h, P1: 2h}`: then severities that it does not name
    have no clock."""
    return tuple(
        _cadence(read_name(audience, line), every, line)
        for audience, every in read_mapping(value).items()
    )


def _cadence(audience: str, every: object, line: int) -> UpdateCadence:
    if not isinstance(every, dict):
        return UpdateCadence(audience, read_seconds(every, line))
    pairs = {read_severity(key, line): read_seconds(one, line) for key, one in every.items()}
    if not pairs:
        raise Wrong(f"`{audience}` names no severity", f"`{audience}: {{P0: 1h, P1: 2h}}`")
    return UpdateCadence(audience, 0, tuple(sorted(pairs.items())))


def seconds_at(cadence: UpdateCadence, severity: str) -> int:
    """How often the audience hears of an incident of that severity; 0 for never."""
    if not cadence.by_severity:
        return cadence.every
    return dict[str, int](cadence.by_severity).get(severity, 0)


def placed(
    levels: Sequence[EscalationLevel],
    phases: Sequence[Phase],
    audiences: Sequence[str],
) -> tuple[tuple[EscalationLevel, ...], tuple[Problem, ...]]:
    """The levels with their phases as places in the document ("2" is the second), and what is wrong
    with what they count from: such a level counts from the incident's start, as one that never
    fires would be missed when it is too late."""
    found, problems = [], []
    for number, level in enumerate(levels, start=1):
        key = _place(level, phases, audiences, number)
        if key is None:
            problems.append(_nothing_there(level))
            level = replace(level, origin="incident")  # noqa: PLW2901  (as it will count)
        found.append(replace(level, origin_key=key or ""))
    problems += _never_climbs(found)
    return tuple(found), tuple(problems)


def _place(
    level: EscalationLevel, phases: Sequence[Phase], audiences: Sequence[str], number: int
) -> str | None:
    """None when there is no such thing to count from."""
    if level.origin == "phase":
        return next((str(at) for at, phase in enumerate(phases, 1) if _names(level, phase)), None)
    if level.origin == "update":
        same = (name for name in audiences if name.casefold() == level.origin_key.casefold())
        return next(same, None)
    if level.origin == "level":
        return level.origin_key if 1 <= int(level.origin_key) < number else None
    return ""


def _names(level: EscalationLevel, phase: Phase) -> bool:
    if level.origin_key.isdecimal():
        return not phase.is_rollback and phase.number == int(level.origin_key)
    return phase.title.casefold() == level.origin_key.casefold()


def _nothing_there(level: EscalationLevel) -> Problem:
    what = {
        "phase": "is no phase of this runbook",
        "update": "is no audience that `updates` names",
        "level": "is no level before this one",
    }[level.origin]
    return Problem(
        level.line,
        "error",
        f"Front matter `escalation`: `from: {level.origin} {level.origin_key}` {what}; the level"
        " counts from the incident's start",
        _example(level.origin),
    )


def _never_climbs(levels: Sequence[EscalationLevel]) -> Iterator[Problem]:
    for level in levels[-1:]:
        if level.next_after:
            what = "Front matter `escalation`: the last level has a `next`, and none comes after it"
            yield Problem(level.line, "warning", what, "Take `next` away, or write one more level")
