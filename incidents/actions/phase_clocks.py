"""The clocks of a phase: its planned time, and the levels that count from its start. Call it inside
a transaction that holds the incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.actions import tell, timers
from incidents.actions.level_clocks import fit_levels
from incidents.actions.timers import live_timers
from incidents.models import EscalationLevel, Incident, Phase, Timer
from incidents.states import LevelOrigin, LevelState, PhaseState, TimerKind, TimerState


def phase_begins(incident: Incident, *, now: datetime) -> None:
    """After the row of the phase says that it is active."""
    fit_overruns(incident)
    fit_levels(incident, now=now, of=LevelOrigin.PHASE)


def phase_ends(phase: Phase) -> list[int]:
    """Nothing that counts from its start is needed any more; the positions of such levels."""
    incident = phase.incident
    timers.cancel(incident, TimerKind.PHASE, str(phase.pk))
    tell.no_longer(f"{incident.name} phase {phase.position}")
    spared = EscalationLevel.objects.filter(
        incident=incident,
        state=LevelState.PENDING,
        origin=LevelOrigin.PHASE,
        origin_key=str(phase.position),
    )
    positions = list(spared.values_list("position", flat=True))
    spared.update(state=LevelState.CANCELLED)
    keys = [str(position) for position in positions]
    ladder = live_timers(incident.pk).filter(kind=TimerKind.ESCALATION, key__in=keys)
    ladder.update(state=TimerState.CANCELLED)
    return positions


def fit_overruns(incident: Incident) -> None:
    """One timer for each active phase with a planned time, due when the longest plan has passed. A
    plan that has changed moves what has not fired; one that is gone cannot be overrun."""
    own = Timer.objects.filter(incident=incident, kind=TimerKind.PHASE).order_by("occurrence")
    known = {timer.key: timer for timer in own}
    for phase in incident.phases.filter(state=PhaseState.ACTIVE, is_rollback=False):
        timer = known.get(str(phase.pk))
        if not phase.planned_most:
            timers.cancel(incident, TimerKind.PHASE, str(phase.pk))
        elif timer is None or timer.state == TimerState.CANCELLED:
            _start(incident, phase)
        elif timer.every != phase.planned_most:
            _replan(timer, phase.planned_most)


def _start(incident: Incident, phase: Phase) -> None:
    if phase.started_at:
        due_at = phase.started_at + timedelta(seconds=phase.planned_most)
        timers.start(incident, TimerKind.PHASE, str(phase.pk), due_at, phase.planned_most)


def _replan(timer: Timer, planned: int) -> None:
    """`every` of such a timer is the plan that it was made for."""
    shift = planned - timer.every
    rows = Timer.objects.filter(pk=timer.pk)
    rows.filter(state=TimerState.PENDING).update(
        due_at=timer.due_at + timedelta(seconds=shift), every=planned
    )
    rows.filter(state=TimerState.PAUSED).update(
        remaining=(timer.remaining or 0) + shift, every=planned
    )
