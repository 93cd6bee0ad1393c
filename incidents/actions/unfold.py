"""A document unfolded into an incident's rows: phases, steps, commands, components, clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from incidents.actions.level_clocks import fit_levels
from incidents.actions.phase_clocks import fit_overruns
from incidents.actions.reading import Reader, Reading
from incidents.actions.update_clocks import fit_updates
from incidents.models import (
    Component,
    EscalationLevel,
    Incident,
    Phase,
    Step,
    StepCommand,
)
from incidents.states import ComponentState, PhaseState
from runbook.document import definition
from runbook.document.approval_policy import LONGEST

MOST_COMMANDS = 2_500


def write_phases(
    incident: Incident, document: definition.Runbook, values: dict[str, str], now: datetime
) -> list[Phase]:
    phases = [
        phase_row(incident, phase, position)
        for position, phase in enumerate(document.phases, start=1)
    ]
    for first in phases[:1]:
        first.state, first.started_at = PhaseState.ACTIVE, now
    Phase.objects.bulk_create(phases)
    reader = Reader.of(incident.environment, values)
    rows: list[Step] = []
    commands: list[StepCommand] = []
    for row, phase in zip(phases, document.phases, strict=True):
        for step, depth, is_exit in steps_of(phase):
            written = step_row(incident, row, step, depth, is_exit, len(rows) + 1)
            rows.append(written)
            readings = enumerate(reader.commands(step), start=1)
            commands.extend(command_row(written, reading, place) for place, reading in readings)
    Step.objects.bulk_create(rows)
    StepCommand.objects.bulk_create(commands)
    return phases


def is_too_long(document: definition.Runbook) -> bool:
    """Whether it has more commands than are read at once: each costs a moment, and all of them
    together the time of everybody who waits for this process or for the database."""
    steps = (step for phase in document.phases for step, _, _ in steps_of(phase))
    return sum(len(step.commands) for step in steps) > MOST_COMMANDS


def steps_of(phase: definition.Phase) -> Iterator[tuple[definition.Step, int, bool]]:
    """Steps in reading order with their depth, exit criteria last."""
    for is_exit, steps in ((False, phase.steps), (True, phase.exit_criteria)):
        for step in steps:
            yield step, 0, is_exit
            yield from ((child, 1, is_exit) for child in _descendants(step))


def _descendants(step: definition.Step) -> Iterator[definition.Step]:
    for child in step.steps:
        yield child
        yield from _descendants(child)


def phase_row(incident: Incident, phase: definition.Phase, position: int) -> Phase:
    return Phase(
        incident=incident,
        position=position,
        title=phase.title[:300],
        introduction=phase.introduction,
        role=phase.role[:60],
        planned_least=phase.duration.least if phase.duration else 0,
        planned_most=phase.duration.most if phase.duration else 0,
        is_rollback=phase.is_rollback,
    )


def step_row(
    incident: Incident,
    phase: Phase,
    step: definition.Step,
    depth: int,
    is_exit: bool,  # noqa: FBT001  (the next of what `steps_of` yields)
    position: int,
) -> Step:
    return Step(
        incident=incident,
        phase=phase,
        position=position,
        depth=depth,
        key=step.key[:120],
        kind=step.kind,
        title=step.title,
        body=step.body,
        group=step.group[:300],
        role=(step.role or phase.role)[:60],
        line=step.span.first,
        is_exit_criterion=is_exit,
        is_conditional=step.is_conditional,
        undo_key=step.attributes.undo[:120],
        approve=_whole(step.attributes.approve),
    )


def _whole(policy: str) -> str:
    """A policy that is cut off may ask for less than was written: one that is too long stays
    unreadable, so that it asks for two."""
    return policy if len(policy) <= LONGEST else f"{policy[: LONGEST - 1]}…"


def command_row(row: Step, reading: Reading, position: int) -> StepCommand:
    return StepCommand(
        step=row,
        position=position,
        label=reading.label,
        example=reading.example,
        checks=reading.checks,
        timeout=reading.timeout,
        **reading.columns,
    )


def write_components(incident: Incident, document: definition.Runbook) -> None:
    """One of each name: of two that a runbook calls alike, the last counts."""
    named = {component.name[:100]: component for component in document.components}
    Component.objects.bulk_create(
        Component(
            incident=incident,
            position=position,
            name=name,
            function=component.function[:200],
            priority=component.priority[:100],
            state=ComponentState.OFFLINE,
        )
        for position, (name, component) in enumerate(named.items(), start=1)
    )


def write_timers(incident: Incident, document: definition.Runbook, now: datetime) -> None:
    EscalationLevel.objects.bulk_create(
        level_row(incident, level, position)
        for position, level in enumerate(document.escalation, start=1)
    )
    fit_levels(incident, now=now)
    fit_overruns(incident)
    fit_updates(incident, document, now=now)


def level_row(
    incident: Incident, level: definition.EscalationLevel, position: int
) -> EscalationLevel:
    return EscalationLevel(
        incident=incident,
        position=position,
        after=level.after,
        origin=level.origin,
        origin_key=level.origin_key,
        condition=level.condition[:300],
        severities=list(level.severities),
        notify=list(level.notify),
        repeat=level.repeat,
        next_after=level.next_after,
        to=list(level.to),
        then=list(level.then),
    )
