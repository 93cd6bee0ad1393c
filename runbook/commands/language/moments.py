"""Points in time as gcloud reads and writes them, in ISO 8601 and as durations from now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_MOMENT = re.compile(
    r"\s*(\d{4})(?:[-/]?(\d\d)(?:[-/]?(\d\d)(?:[T ]\s*(\d\d?)"
    r"(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*(Z|z|UTC|GMT|[-+]\d\d(?::?\d\d)?)?)?)?)?\s*"
)
_PERIOD = re.compile(
    r"([-+]?)P?(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T?(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"%([1-9]?)([EO]?)([fszZ])")
_DAYS = (365.2422, 7.0, 1.0)


class NamedUtc(tzinfo):
    """UTC where the text said Z; an offset of +00:00 is the same time without a name."""

    def utcoffset(self, when: datetime | None) -> timedelta:  # noqa: ARG002 (tzinfo's signature)
        return timedelta(0)

    def dst(self, when: datetime | None) -> timedelta:  # noqa: ARG002 (tzinfo's signature)
        return timedelta(0)

    def tzname(self, when: datetime | None) -> str:  # noqa: ARG002 (tzinfo's signature)
        return "UTC"


NAMED_UTC = NamedUtc()


def local_zone() -> tzinfo | None:
    return datetime.now(UTC).astimezone().tzinfo


def zone(name: str) -> tzinfo | None:
    """A zone by its IANA name, or the local one where it is not known."""
    if name in ("UTC", "Z"):
        return NAMED_UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return local_zone()


def read_moment(text: object, default: tzinfo | None = None) -> datetime | None:
    """A date with or without a time, or a duration from now; None for any other text.

    Without a zone of its own it is in `default`, else in the local zone.
    """
    if not isinstance(text, str):
        return None
    found = _MOMENT.fullmatch(text)
    try:
        return _dated(found, default) if found else _from_now(text, default)
    except (ValueError, OverflowError):
        return None


def _dated(found: re.Match[str], default: tzinfo | None) -> datetime:
    year, month, day, hour, minute, second = (
        int(part) if part else None for part in found.groups()[:6]
    )
    today = datetime.now(UTC)
    day = today.day if day is None else day
    micro = int((found[7] or "0")[:6].ljust(6, "0"))
    moment = datetime(  # noqa: DTZ001 (the zone is set below)
        year or 1, month or today.month, day, hour or 0, minute or 0, second or 0, micro
    )
    return moment.replace(tzinfo=_offset(found[8], default))


def _offset(text: str | None, default: tzinfo | None) -> tzinfo | None:
    if not text:
        return default or local_zone()
    if text.upper() in ("Z", "UTC", "GMT"):
        return NAMED_UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _from_now(text: str, default: tzinfo | None) -> datetime | None:
    seconds = read_period(text)
    if seconds is None:
        return None
    return datetime.now(UTC).astimezone(default or local_zone()) + timedelta(seconds=seconds)


def read_period(text: str) -> float | None:
    """Seconds of an ISO 8601 duration; months are not read, a lone number neither."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None or not any(found.groups()[1:]):
        return None
    years, weeks, days, hours, minutes, seconds = (
        float(part) if part else 0.0 for part in found.groups()[1:]
    )
    whole = years * _DAYS[0] + weeks * _DAYS[1] + days * _DAYS[2]
    total = ((whole * 24 + hours) * 60 + minutes) * 60 + seconds
    return -total if found[1] == "-" else total


def written(moment: datetime, form: str) -> str:
    """`form` is that of strftime, with gcloud's %3f, %Ez and %Oz beside it."""
    return _written(moment, _EXTENSION.sub(lambda part: _extended(moment, part), form))


def _written(moment: datetime, form: str) -> str:
    try:
        return moment.strftime(form)
    except (ValueError, UnicodeError):
        return ""


def _extended(moment: datetime, part: re.Match[str]) -> str:
    digits, style, letter = part.groups()
    if letter == "Z":
        return part[0].replace("%", "%%") if digits or style else _zone_name(moment)
    if letter == "s":
        return str(moment.timestamp())
    if letter == "f":
        return _fraction(moment.microsecond, int(digits or 6))
    offset = moment.strftime("%z")
    if style == "E" and offset == "+0000":
        return "Z"
    return f"{offset[:3]}:{offset[3:]}" if style and len(offset) == 5 else offset


def _zone_name(moment: datetime) -> str:
    """Offsets have no name."""
    return "" if isinstance(moment.tzinfo, timezone) else (moment.tzname() or "")


def _fraction(microsecond: int, digits: int) -> str:
    """Rounded, but never up to a whole second."""
    text = f"{microsecond:06d}"
    if digits >= len(text):
        return text
    kept = int(text[:digits])
    rounded = kept + (text[digits] >= "5")
    return f"{min(rounded, 10**digits - 1):0{digits}d}"


def as_python(moment: datetime) -> str:
    """How gcloud's words of a comparison see a moment: as Python shows its value."""
    shown = repr(moment.replace(tzinfo=None)).removesuffix(")")
    if isinstance(moment.tzinfo, NamedUtc):
        return f"{shown}, tzinfo=tzutc())"
    offset = moment.utcoffset() or timedelta(0)
    return f"{shown}, tzinfo=tzoffset(None, {int(offset.total_seconds())}))"
