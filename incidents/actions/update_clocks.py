"""How often audiences are owed words, fitted to the runbook and to the incident's severity. Call it
inside a transaction that holds the incident."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from incidents import clock
from incidents.actions import tell, timers
from incidents.actions.level_clocks import Move, fit_levels
from incidents.models import Incident, Timer
from incidents.states import LevelOrigin, TimerKind, TimerState
from runbook.document import definition
from runbook.document.clocks import seconds_at


def restart_update_timer(*, incident: Incident, audience: str) -> None:
    """After an update has been stored: the next is due a full period from now, where the audience
    has a clock; levels that count from its last words are due as much later."""
    now = clock.now()
    own = Timer.objects.filter(incident=incident, kind=TimerKind.UPDATE, key=audience)
    last = own.order_by("-occurrence").first()
    if last is not None and last.state != TimerState.CANCELLED:
        due_at = now + timedelta(seconds=last.every)
        timers.start(incident, TimerKind.UPDATE, audience, due_at, every=last.every)
    tell.no_longer(f"{incident.name} update {audience}")
    fit_levels(incident, now=now, of=LevelOrigin.UPDATE)


def fit_updates(incident: Incident, document: definition.Runbook, *, now: datetime) -> list[Move]:
    """Each audience is due as long after its last words as it should hear; at once where that has
    passed. One that has no clock any more is asked no more."""
    wanted = {
        cadence.audience[:60]: seconds_at(cadence, incident.severity)
        for cadence in document.updates
    }
    own = Timer.objects.filter(incident=incident, kind=TimerKind.UPDATE).order_by("occurrence")
    last = {timer.key: timer for timer in own}
    audiences = dict.fromkeys([*wanted, *last])
    found = (_fit(incident, one, wanted.get(one, 0), last.get(one), now) for one in audiences)
    return [move for moves in found for move in moves]


def _fit(
    incident: Incident, audience: str, every: int, timer: Timer | None, now: datetime
) -> Iterator[Move]:
    what = audience if audience == "sync meeting" else f"the update for {audience}"
    is_known = timer is not None and timer.state != TimerState.CANCELLED
    if timer is None or not is_known:
        if every:
            due_at = _due(incident, audience, every, now)
            timers.start(incident, TimerKind.UPDATE, audience, due_at, every=every)
            yield Move(what, None, due_at)
    elif not every:
        Timer.objects.filter(pk=timer.pk).update(state=TimerState.CANCELLED)
        yield Move(what, timer.due_at, None)
    elif every != timer.every:
        due_at = _due(incident, audience, every, now)
        rows = Timer.objects.filter(pk=timer.pk)
        rows.update(every=every)
        if rows.filter(state=TimerState.PENDING).update(due_at=due_at, postponed_from=None):
            yield Move(what, timer.due_at, due_at)


def _due(incident: Incident, audience: str, every: int, now: datetime) -> datetime:
    last = incident.updates.filter(audience=audience).order_by("-at").first()
    return max((last.at if last else incident.started_at) + timedelta(seconds=every), now)
