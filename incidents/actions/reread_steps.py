"""A newer document's phases and steps put into a running incident, at their places.

Steps are known by their keys, phases by their titles or by the steps they share. What was decided
stays as it was decided, and nothing in which anything happened is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.db.models import F, Q

from incidents.actions.refit import ASIDE
from incidents.actions.unfold import phase_row, step_row, steps_of
from incidents.models import Incident, Phase, Step, StepCommand
from incidents.queries.proof.record import of_decided_step, of_progress
from incidents.queries.proof.seals import said_nothing_of, seals_of
from incidents.states import PhaseState, StepState
from runbook.document import definition

PHASE_WORDS = ("title", "introduction", "role", "planned_least", "planned_most", "is_rollback")
STEP_WORDS = ("kind", "title", "body", "group", "role", "is_conditional")
STEP_PLACE = ("depth", "line", "is_exit_criterion", "undo_key", "approve")


def fit_steps(
    incident: Incident, document: definition.Runbook, *, actor: User, now: datetime, gone: str
) -> dict[str, str]:
    """Give the incident the document's phases and steps; their commands are fitted afterwards.

    `gone` is the reason with which an open step is skipped that the document has no more, although
    something happened there. Call inside a transaction that holds the incident.
    """
    stood = list(incident.steps.select_related("phase"))
    wanted = _fitted_phases(incident, document, stood)
    steps = _fitted_steps(incident, document, wanted, {step.key: step for step in stood})
    left = _left_behind(stood, {step.key for step in steps})
    skipped = [step for step in left if step.state == StepState.OPEN and step.level is None]
    for step in skipped:
        step.state, step.reason = StepState.SKIPPED, gone
        step.decided_by, step.decided_at = actor, now
    phases = _with_phases_of(wanted, left, incident)
    _store_phases(incident, phases)
    _store_steps(incident, phases, _with_left_behind(steps, left, stood))
    opened = [*_open_phases(incident, now)]
    seals = seals_of(*map(of_decided_step, skipped), *map(of_progress, opened))
    return seals | _removed_phases(incident)


def _removed_phases(incident: Incident) -> dict[str, str]:
    """What was sealed of them is taken back."""
    rows = Phase.objects.filter(incident=incident, position__gte=ASIDE)
    seals = said_nothing_of(*map(of_progress, rows))
    rows.delete()
    return seals


def _fitted_phases(
    incident: Incident, document: definition.Runbook, stood: Sequence[Step]
) -> list[Phase]:
    """A row for each phase of the document, in its order."""
    rows = [
        phase_row(incident, phase, position)
        for position, phase in enumerate(document.phases, start=1)
    ]
    free = list(incident.phases.all())
    for is_same in (_titled, partial(_shares_steps, stood)):
        for place, (row, phase) in enumerate(zip(rows, document.phases, strict=True)):
            found = None if row.pk else next((old for old in free if is_same(old, phase)), None)
            if found is not None:
                free.remove(found)
                rows[place] = _with_words(found, row)
    return rows


def _titled(row: Phase, phase: definition.Phase) -> bool:
    return row.title == phase.title[:300]


def _shares_steps(stood: Sequence[Step], row: Phase, phase: definition.Phase) -> bool:
    """Whether most of the steps that the row has are in this phase of the document."""
    keys = {step.key[:120] for step, _, _ in steps_of(phase)}
    own = [step.key in keys for step in stood if step.phase_id == row.pk]
    return sum(own) * 2 > len(own)


def _with_words(row: Phase, fresh: Phase) -> Phase:
    for name in PHASE_WORDS:
        setattr(row, name, getattr(fresh, name))
    return row


def _fitted_steps(
    incident: Incident,
    document: definition.Runbook,
    phases: Sequence[Phase],
    stood: dict[str, Step],
) -> list[Step]:
    """A row for each step of the document, in its order. Decided ones keep their words."""
    found = []
    for row, phase in zip(phases, document.phases, strict=True):
        for step, depth, is_exit in steps_of(phase):
            fresh = step_row(incident, row, step, depth, is_exit, 0)
            found.append(_renewed(stood[fresh.key], fresh) if fresh.key in stood else fresh)
    return found


def _renewed(row: Step, fresh: Step) -> Step:
    words = STEP_WORDS if row.state == StepState.OPEN else ()
    for name in (*words, *STEP_PLACE, "phase"):
        setattr(row, name, getattr(fresh, name))
    return row


def _left_behind(stood: Sequence[Step], keys: set[str]) -> list[Step]:
    """Steps that the document has no more and in which something happened, and those that a level
    of the ladder brought; others are deleted."""
    missing = [step for step in stood if step.key not in keys]
    happened = set(
        StepCommand.objects.filter(step__in=missing)
        .filter(Q(runs__isnull=False) | ~Q(pasted="") | ~Q(edited=""))
        .values_list("step_id", flat=True)
    )
    happened |= {step.pk for step in missing if step.level is not None}
    left = [step for step in missing if step.state != StepState.OPEN or step.pk in happened]
    kept = {step.pk for step in left}
    Step.objects.filter(pk__in=[step.pk for step in missing if step.pk not in kept]).delete()
    return left


def _with_phases_of(
    phases: Sequence[Phase], left: Sequence[Step], incident: Incident
) -> list[Phase]:
    """The phases, and behind the one before it each that is left with its steps or its end."""
    found = list(phases)
    present = {phase.pk for phase in phases}
    occupied = {step.phase_id for step in left}
    previous: int | None = None
    for phase in incident.phases.all():
        if phase.pk not in present and (phase.pk in occupied or phase.completed_at):
            place = next((i for i, row in enumerate(found) if row.pk and row.pk == previous), -1)
            found.insert(place + 1, phase)
            present.add(phase.pk)
        if phase.pk in present:
            previous = phase.pk
    return found


def _with_left_behind(
    steps: Sequence[Step], left: Sequence[Step], stood: Sequence[Step]
) -> list[Step]:
    """Each step that is left stands behind the one that it stood behind."""
    found = list(steps)
    leaving = {step.pk for step in left}
    present = {step.pk for step in steps}
    previous: int | None = None
    for step in stood:
        if step.pk in leaving:
            place = next((i for i, row in enumerate(found) if row.pk and row.pk == previous), -1)
            found.insert(place + 1, step)
        if step.pk in present or step.pk in leaving:
            previous = step.pk
    return found


def _store_phases(incident: Incident, phases: Sequence[Phase]) -> None:
    incident.phases.update(position=F("position") + ASIDE)
    for position, phase in enumerate(phases, start=1):
        phase.position = position
    known = [phase for phase in phases if phase.pk]
    Phase.objects.bulk_update(known, ["position", *PHASE_WORDS])
    Phase.objects.bulk_create(phase for phase in phases if not phase.pk)


def _store_steps(incident: Incident, phases: Sequence[Phase], steps: Sequence[Step]) -> None:
    incident.steps.update(position=F("position") + ASIDE)
    for position, step in enumerate(list(_by_phase(phases, steps)), start=1):
        step.position = position
        step.phase_id = step.phase.pk
    known = [step for step in steps if step.pk]
    columns = [*STEP_WORDS, *STEP_PLACE, "state", "reason", "decided_by", "decided_at"]
    Step.objects.bulk_update(known, ["position", "phase", *columns], batch_size=200)
    Step.objects.bulk_create(step for step in steps if not step.pk)


def _by_phase(phases: Sequence[Phase], steps: Sequence[Step]) -> Iterator[Step]:
    for phase in phases:
        yield from (step for step in steps if step.phase.pk == phase.pk)


def _open_phases(incident: Incident, now: datetime) -> list[Phase]:
    """Phases that come before one that has begun are open too; and one always is."""
    straight = list(
        incident.phases.filter(is_rollback=False, position__lt=ASIDE).order_by("position")
    )
    begun = [row.position for row in straight if row.state != PhaseState.PENDING]
    last = max(begun, default=0)
    waiting = [row for row in straight if row.state == PhaseState.PENDING]
    opening = [row for row in waiting if row.position < last]
    if not opening and all(row.state != PhaseState.ACTIVE for row in straight):
        opening = waiting[:1]
    Phase.objects.filter(pk__in=[row.pk for row in opening], state=PhaseState.PENDING).update(
        state=PhaseState.ACTIVE, started_at=now
    )
    for row in opening:
        row.state, row.started_at = PhaseState.ACTIVE, now
    return opening
