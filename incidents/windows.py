"""When an environment may be changed: its windows, in their own time zones, and its freezes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from incidents.models import ChangeWindow, Environment, Freeze

LOOK_AHEAD_DAYS = 8
FORM = "%a %d %b %H:%M"


def why_closed(environment: Environment, now: datetime) -> str:
    """A sentence that says why and until when nothing may be changed there, "" when it is open."""
    return closures([environment], now).get(environment.pk, "")


def closures(environments: Collection[Environment], now: datetime) -> dict[int, str]:
    """The sentences of all that are closed, by id; two queries for any number."""
    freezes = {
        freeze.environment_id: freeze
        for freeze in standing_freezes(now).filter(environment__in=environments)
    }
    windows: dict[int, list[ChangeWindow]] = defaultdict(list)
    for window in ChangeWindow.objects.filter(environment__in=environments):
        windows[window.environment_id].append(window)
    found = {}
    for environment in environments:
        if environment.pk in freezes:
            found[environment.pk] = in_words(freezes[environment.pk])
        elif sentence := _outside(environment, windows[environment.pk], now):
            found[environment.pk] = sentence
    return found


def standing_freezes(now: datetime) -> QuerySet[Freeze]:
    """Those that hold now."""
    return (
        Freeze.objects.filter(starts_at__lte=now, lifted_at__isnull=True)
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
        .select_related("environment")
        .order_by("starts_at")
    )


def in_words(freeze: Freeze) -> str:
    """A sentence; the freeze must be loaded with its environment."""
    return f"{freeze.environment} is frozen {_until(freeze)}: {freeze.reason.rstrip('.')}."


def in_words_before(freeze: Freeze) -> str:
    """The same of one that is yet to begin."""
    span = f"from {freeze.starts_at:{FORM}} UTC {_until(freeze)}"
    return f"{freeze.environment} will be frozen {span}: {freeze.reason.rstrip('.')}."


def _until(freeze: Freeze) -> str:
    return f"until {freeze.ends_at:{FORM}} UTC" if freeze.ends_at else "until it is lifted"


def _outside(environment: Environment, windows: Iterable[ChangeWindow], now: datetime) -> str:
    spans = [span for window in windows for span in _spans(window, now)]
    if not spans or any(opens <= now < closes for opens, closes, _ in spans):
        return ""
    later = [(opens, zone) for opens, _, zone in spans if opens > now]
    if not later:
        return f"{environment} may be changed in its windows only, and none is open."
    opens, zone = min(later)
    there = opens.astimezone(ZoneInfo(zone))
    return (
        f"{environment} may be changed in its windows only; the next opens"
        f" {opens:{FORM}} UTC ({there:%H:%M} {zone})."
    )


def _spans(window: ChangeWindow, now: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """When the window is open around now, in UTC. A local time that the clocks skip is read as if
    they had not jumped yet; of one that comes twice the first counts."""
    zone = ZoneInfo(window.time_zone)
    today = now.astimezone(zone).date()
    lasts = timedelta(days=0 if window.closes > window.opens else 1)
    for offset in range(-1, LOOK_AHEAD_DAYS + 1):
        day = today + timedelta(days=offset)
        if day.weekday() in window.weekdays:
            opens = datetime.combine(day, window.opens, zone).astimezone(UTC)
            closes = datetime.combine(day + lasts, window.closes, zone).astimezone(UTC)
            yield opens, closes, window.time_zone
