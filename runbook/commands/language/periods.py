"""Lengths of time as gcloud writes them in ISO 8601: `P1DT2H3M`."""

from __future__ import annotations

_DAY = 86_400
_DAYS_OF_A_YEAR = 365.2422


def written_period(seconds: float, *, parts: int, precision: int, calendar: bool) -> str:
    """`parts` of it, counted from the largest that is not zero; the last one is rounded.

    Without `calendar` hours are the largest unit.
    """
    parts = parts if parts > 0 else 7
    left = abs(round(seconds, 4))
    date, time, count, is_shown = "", "", 0, False
    for amount, size, unit in _units(int(left), calendar=calendar):
        if count < parts and amount:
            is_shown = True
            left -= amount * size
            shown = f"{amount + (left / size if count >= parts - 1 else 0):.0f}"
            date, time = (
                (date + shown + unit, time) if unit in "YD" else (date, time + shown + unit)
            )
        count += is_shown
    rest = round(abs(seconds), 4) % 60
    if count < parts and rest:
        shown = _trimmed(f"{rest:.{precision}f}")
        time += "" if shown in ("", "0") else f"{shown}S"
    whole = f"P{date}T{time}" if time else f"P{date}" if date else "P0"
    return f"-{whole}" if seconds < 0 else whole


def _units(seconds: int, *, calendar: bool) -> list[tuple[int, float, str]]:
    days, rest = divmod(seconds, _DAY) if calendar else (0, seconds)
    years, days = _years(days)
    hours, rest = divmod(rest, 3600)
    return [
        (years, _DAY * _DAYS_OF_A_YEAR, "Y"),
        (0, _DAY * _DAYS_OF_A_YEAR / 12, "Y"),
        (days, _DAY, "D"),
        (hours, 3600, "H"),
        (rest // 60, 60, "M"),
    ]


def _years(days: int) -> tuple[int, int]:
    """The first year may have 366 days."""
    first = int(_DAYS_OF_A_YEAR + 1)
    years, days = (1, days - first) if days >= first else (0, days)
    more = int(days / _DAYS_OF_A_YEAR)
    return years + more, days - int(more * _DAYS_OF_A_YEAR)


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
