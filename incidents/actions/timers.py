"""Timers start, move and stop here. Call all of it inside a transaction that holds the incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from incidents import clock
from incidents.models import EscalationLevel, Incident, TimelineEntry, Timer
from incidents.states import LevelState, TimerKind, TimerState

LIVE = (TimerState.PENDING, TimerState.PAUSED)
STAND_STILL = (
    TimerKind.ESCALATION,
    TimerKind.REPEAT,
    TimerKind.UNACKNOWLEDGED,
    TimerKind.PHASE,
)
"""Those that stand still while an incident's escalation is paused: words for audiences go on."""
OUTLIVE = (TimerKind.REPORT, TimerKind.FOLLOW_UP)
"""Those that go on when the incident is closed."""
RESUMED = "escalation.resumed"


def start(incident: Incident, kind: TimerKind, key: str, due_at: datetime, every: int = 0) -> Timer:
    """Begin the next occurrence; one of this kind and key that still ran is cancelled. While the
    incident's escalation is paused, a timer of it stands still from its beginning."""
    rows = Timer.objects.filter(incident=incident, kind=kind, key=key)
    rows.filter(state__in=LIVE).update(state=TimerState.CANCELLED)
    timer = Timer(
        incident=incident,
        kind=kind,
        key=key,
        every=every,
        due_at=due_at,
        occurrence=(rows.aggregate(last=Max("occurrence"))["last"] or 0) + 1,
    )
    if incident.paused_at is not None and kind in STAND_STILL:
        timer.state = TimerState.PAUSED
        timer.remaining = (due_at - clock.now()).total_seconds()
    timer.save()
    return timer


def cancel(incident: Incident, kind: TimerKind, key: str | None = None) -> int:
    """Stop those of a kind, or the one of the key, that have not fired; how many."""
    rows = live_timers(incident.pk).filter(kind=kind)
    if key is not None:
        rows = rows.filter(key=key)
    return rows.update(state=TimerState.CANCELLED)


def live_timers(incident_id: int) -> QuerySet[Timer]:
    return Timer.objects.filter(incident_id=incident_id, state__in=LIVE)


def cancel_all(incident_id: int) -> None:
    """Stop every clock of a closed incident but those that begin with its end."""
    live_timers(incident_id).exclude(kind__in=OUTLIVE).update(state=TimerState.CANCELLED)
    EscalationLevel.objects.filter(incident_id=incident_id, state=LevelState.PENDING).update(
        state=LevelState.CANCELLED
    )


def stood_still(incident: Incident, since: datetime, now: datetime) -> timedelta:
    """For how long since that moment the incident's escalation has been paused."""
    resumed = TimelineEntry.objects.filter(incident=incident, kind=RESUMED, at__gt=since)
    ends = ((entry, _moment_of(entry, incident)) for entry in resumed)
    seconds = sum(
        min(float(entry.data.get("seconds", 0)), max((at - since).total_seconds(), 0))
        for entry, at in ends
    )
    if incident.paused_at is not None:
        seconds += (now - max(incident.paused_at, since)).total_seconds()
    return timedelta(seconds=seconds)


def _moment_of(resumed: TimelineEntry, incident: Incident) -> datetime:
    """When it was, on the incident's own clock: where `advance` has let time pass since, its
    beginning lies so much further back than it did then."""
    begun = resumed.data.get("started_at")
    passed = datetime.fromisoformat(begun) - incident.started_at if begun else timedelta()
    return resumed.at - passed
