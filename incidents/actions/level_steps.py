"""What a level says is to be done becomes steps of the phase that is active when it fires."""

from __future__ import annotations

from django.db.models import Max

from incidents.models import EscalationLevel, Incident, Phase, Step
from incidents.states import PhaseState, StepKind


def add_steps(level: EscalationLevel) -> list[Step]:
    """After all present ones, so that no number changes; none where the incident has no phase.
    Call inside a transaction that holds the incident."""
    incident = level.incident
    phase = _present_phase(incident) if level.then else None
    if phase is None:
        return []
    last = incident.steps.aggregate(last=Max("position"))["last"] or 0
    taken = set(incident.steps.values_list("key", flat=True))
    rows = [
        Step(
            incident=incident,
            phase=phase,
            position=last + number,
            key=_free_key(f"level-{level.position}-{number}", taken),
            kind=StepKind.TASK,
            title=words,
            group=f"Escalation level {level.position}",
            role=phase.role,
            level=level.position,
        )
        for number, words in enumerate(level.then, start=1)
    ]
    return Step.objects.bulk_create(rows)


def _present_phase(incident: Incident) -> Phase | None:
    """The last that is active, else the last completed, else the first."""
    straight = list(incident.phases.filter(is_rollback=False))
    for state in (PhaseState.ACTIVE, PhaseState.COMPLETED):
        found = [phase for phase in straight if phase.state == state]
        if found:
            return found[-1]
    return straight[0] if straight else None


def _free_key(key: str, taken: set[str]) -> str:
    while key in taken:
        key += "x"
    return key
