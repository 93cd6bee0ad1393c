"""Functions of gcloud's formats that look at a text: parts of paths, patterns, case, dates."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from runbook.commands.base import NotRunnable
from runbook.commands.language.keys import get, parse_key
from runbook.commands.language.moments import local_zone, read_moment, read_period, written, zone
from runbook.commands.language.patterns import compiled
from runbook.commands.language.periods import written_period
from runbook.document.definition import Json

_ISO = "%Y-%m-%dT%H:%M:%S"


def is_true(text: object) -> bool:
    """A flag of a function: "false", "0" and "" are not."""
    if not isinstance(text, str):
        return bool(text)
    try:
        return text.lower() != "false" and bool(text) and bool(float(text))
    except ValueError:
        return True


def basename(value: Json, undefined: str = "") -> Json:
    if not value:
        return undefined
    if isinstance(value, list):
        return [basename(item) for item in value]
    text = str(value)
    for mark in ("/", "\\"):
        if mark in text:
            return text.rpartition(mark)[2]
    return text or undefined


def segment(value: Json, index: str = "-1", undefined: str = "") -> Json:
    parts = unquote(str(value)).split("/") if value else []
    at = int(index)
    return (parts[at] if -len(parts) <= at < len(parts) else "") or undefined


def scope(value: Json, *names: str) -> Json:
    """What stands behind /regions/ or /zones/, or behind the first of `names`."""
    text = unquote(str(value)) if value else ""
    for name in names or ("regions", "zones"):
        if f"/{name}/" in text:
            return text.rpartition(f"/{name}/")[2]
    return text.rpartition("/")[2] if text.startswith("https://") else text


def lower(value: Json) -> Json:
    return value.lower() if isinstance(value, str) else value


def upper(value: Json) -> Json:
    return value.upper() if isinstance(value, str) else value


def yesno(value: Json, yes: str | None = None, no: str = "No") -> Json:
    return (value if yes is None else yes) if value else no


def split(value: Json, sep: str = "/", undefined: str = "") -> Json:
    if not isinstance(value, str) or not value or not sep:
        return undefined
    return list(value.split(sep))


def sub(
    value: Json, pattern: str, replacement: str, count: str = "0", ignorecase: str = "true"
) -> Json:
    if not isinstance(value, str):
        raise TypeError("expected string or bytes-like object")
    if not count.strip("-").isdecimal():
        return value
    wanted = compiled(pattern, ignore_case=is_true(ignorecase))
    return wanted.sub(replacement, value, int(count))


def regex(value: Json, expression: str, does_match: str | None = None, nomatch: str = "") -> Json:
    if not isinstance(value, str) or not value or not expression:
        return nomatch
    return (does_match or value) if compiled(expression).match(value) else nomatch


def trailoff(value: Json, character_limit: str, undefined: str = "") -> Json:
    if not character_limit.isdecimal() or int(character_limit) <= 3:
        return undefined
    limit = int(character_limit)
    text = value if isinstance(value, str | list) else ""
    return value if len(text) < limit else f"{text[: limit - 3]}..."


def encode(value: Json, encoding: str, undefined: str = "") -> Json:
    if encoding == "base64":
        return base64.b64encode(str(value).encode()).decode() if value is not None else undefined
    return value if encoding.lower() in ("utf-8", "utf8", "ascii") else undefined


def color(
    value: Json,
    red: str | None = None,  # noqa: ARG001 (gcloud's names)
    yellow: str | None = None,  # noqa: ARG001 (gcloud's names)
    green: str | None = None,  # noqa: ARG001 (gcloud's names)
    blue: str | None = None,  # noqa: ARG001 (gcloud's names)
) -> Json:
    """Output that goes to no terminal has no colours."""
    return str(value)


def date(
    value: Json,
    format: str = _ISO,  # noqa: A002 (gcloud's name)
    unit: str = "1",
    undefined: str = "",
    tz: str | None = None,
    tz_default: str | None = None,
) -> Json:
    default = zone(tz_default) if tz_default else None
    moment = _moment(value, unit, default)
    if moment is None:
        return undefined
    is_number = _seconds(value, unit) is not None
    shown = moment.astimezone(zone(tz)) if tz and not is_number else moment
    return written(shown, format)


def iso(value: Json, undefined: str = "T") -> Json:
    return date(value, format="%Y-%m-%dT%H:%M:%S.%3f%Oz", undefined=undefined)


def _moment(value: Json, unit: str, default: object) -> datetime | None:
    seconds = _seconds(value, unit)
    if seconds is None:
        return read_moment(value, zone("UTC") if default is not None else None)
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(local_zone())
    except (ValueError, OverflowError, OSError):
        return None


def _seconds(value: Json, unit: str) -> float | None:
    try:
        return float(value) / float(unit) if isinstance(value, str | int | float) else None
    except (ValueError, ZeroDivisionError):
        return None


def _period(value: Json, unit: str) -> float | None:
    """A number of seconds that gcloud can write without an exponent."""
    seconds = _seconds(value, unit)
    return None if seconds is None or "e" in repr(seconds) else seconds


def duration(
    value: Json,
    start: str = "",
    end: str = "",
    parts: str = "3",
    precision: str = "3",
    calendar: str = "true",
    unit: str = "1",
    undefined: str = "",
) -> Json:
    """Of a number of seconds, of an ISO duration, of the time since a moment or between two."""
    if not (parts.isdecimal() and precision.isdecimal()):
        return undefined
    length = _between(value, start, end) if start else _length(value, unit)
    if length is None:
        return undefined
    is_calendar = is_true(calendar)
    return written_period(
        length, parts=int(parts), precision=min(int(precision), 20), calendar=is_calendar
    )


def _between(value: Json, start: str, end: str) -> float | None:
    first = read_moment(get(value, parse_key(start)))
    named = get(value, parse_key(end)) if end else None
    last = read_moment(named) if named else datetime.now(UTC)
    return (last - first).total_seconds() if first and last else None


def _length(value: Json, unit: str) -> float | None:
    seconds = _period(value, unit)
    if seconds is not None or not isinstance(value, str):
        return seconds
    period = read_period(value)
    if period is not None:
        return period
    moment = read_moment(value)
    return None if moment is None else (datetime.now(UTC) - moment).total_seconds()


def _check_number(index: str = "-1", undefined: str = "") -> None:  # noqa: ARG001 (as segment)
    if not index.strip().lstrip("-").isdecimal():
        raise NotRunnable("gcloud crashes: segment() takes the number of a part.", gcloud_exit=1)


def _check_pattern(pattern: str, *_others: str, **_named: str) -> None:
    compiled(pattern)


CHECKS: Mapping[str, Callable[..., None]] = {
    "segment": _check_number,
    "sub": _check_pattern,
    "regex": _check_pattern,
}
KNOWN: Mapping[str, Callable[..., Json]] = {
    "basename": basename,
    "color": color,
    "date": date,
    "duration": duration,
    "encode": encode,
    "iso": iso,
    "lower": lower,
    "regex": regex,
    "scope": scope,
    "segment": segment,
    "split": split,
    "sub": sub,
    "trailoff": trailoff,
    "upper": upper,
    "yesno": yesno,
}
