"""How a report says lengths of time, moments, people and values, wherever it is read."""

from __future__ import annotations

import json
from datetime import datetime

from django.contrib.auth.models import User

from incidents.visible_text import readable, visible
from runbook.document.definition import Json

NOT_SET = "not set"
LONGEST_VALUE = 400


def span(seconds: float) -> str:
    """Two units at most: "2 d 3 h", "1 h 30 min", "4 min 5 s"."""
    whole = max(0, round(seconds))
    parts = (
        (whole // 86400, "d"),
        (whole % 86400 // 3600, "h"),
        (whole % 3600 // 60, "min"),
        (whole % 60, "s"),
    )
    said = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(said[:2]) or "0 s"


def plan_of(least: int, most: int) -> str:
    """ "1 h", "2 h to 4 h", "" for a phase without a plan."""
    if not most:
        return span(least) if least else ""
    return span(most) if least in (0, most) else f"{span(least)} to {span(most)}"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def who(person: User | None) -> str:
    """The name people go by; what happened by itself was done by Runbook."""
    if person is None:
        return "Runbook"
    return readable(person.get_full_name() or person.get_username())


def said(value: Json) -> str:
    """A value of a resource as people read it, cut where it is longer than anybody reads."""
    if value is None:
        return NOT_SET
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = visible(text) or "empty"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
