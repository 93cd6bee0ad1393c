"""Declaring an incident: a runbook becomes rows that later edits of its text do not touch."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from runbook.document.parameters import missing, validate
from runbook.document.parse import parse

from incidents import clock, permissions, timeline
from incidents.models import (
    Component,
    Environment,
    EscalationLevel,
    Incident,
    Phase,
    Revision,
    Step,
    StepCommand,
    Timer,
)
from incidents.permissions import COMMANDING, roles_in
from incidents.refusal import Refused
from incidents.states import ComponentState, PhaseState, Severity, TimerKind
from incidents.targets import target_of
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.document import definition

logger = logging.getLogger(__name__)

FROM_ENVIRONMENT = ("PROJECT", "REGION")


def open_runbook(revision: Revision) -> definition.Runbook:
    """The revision's document, read once per process and source."""
    return _read(bytes(revision.source), revision.runbook.slug)


@lru_cache(maxsize=64)
def _read(source: bytes, slug: str) -> definition.Runbook:
    return parse(source, file_name=f"{slug}.md")


def declare(
    *,
    actor: User,
    revision: Revision,
    environment: Environment,
    severity: str,
    title: str,
    parameters: dict[str, str],
    is_drill: bool = False,
) -> Incident:
    """Start an incident with the actor as its commander, and its clocks with it.

    Refuses, saving nothing, when a parameter is missing or not safe to put into a command.
    """
    if not COMMANDING & roles_in(person=actor, environment=environment):
        raise Refused(
            f"You may not declare incidents in {environment}. Ask someone who is commander there.",
            status=403,
        )
    if severity not in Severity.values:
        raise Refused(f"“{severity}” is not a severity. Choose one of P0 to P4.", status=422)
    if not title.strip():
        raise Refused("Give the incident a title that says what is broken.", status=422)
    document = open_runbook(revision)
    values = _filled(document, environment, parameters)
    for _ in range(5):
        try:
            with transaction.atomic():
                return _write(
                    actor=actor,
                    revision=revision,
                    environment=environment,
                    severity=severity,
                    title=title.strip()[:200],
                    values=values,
                    document=document,
                    is_drill=is_drill,
                )
        except IntegrityError:
            logger.info("another incident took the number; trying the next one")
    raise Refused("Too many incidents are being declared at this moment. Try again.")


def _filled(
    document: definition.Runbook, environment: Environment, given: dict[str, str]
) -> dict[str, str]:
    own = {"PROJECT": environment.project, "REGION": environment.region}
    values = {p.name: p.value for p in document.parameters if p.value} | own
    values |= {name: value for name, value in given.items() if name not in FROM_ENVIRONMENT}
    lacking = missing(document, values)
    if lacking:
        raise Refused(f"These parameters need a value: {', '.join(lacking)}.", status=422)
    for name, value in values.items():
        wrong = validate(name, value)
        if wrong:
            raise Refused(wrong, status=422)
    return values


def _write(
    *,
    actor: User,
    revision: Revision,
    environment: Environment,
    severity: str,
    title: str,
    values: dict[str, str],
    document: definition.Runbook,
    is_drill: bool,
) -> Incident:
    now = clock.now()
    incident = Incident.objects.create(
        number=(Incident.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=title,
        severity=severity,
        environment=environment,
        revision=revision,
        parameters=values,
        roles=dict(document.roles),
        impact=document.impact,
        summary=document.summary,
        is_drill=is_drill,
        commander=actor,
        approval_policy={
            "changes": document.approval.changes,
            "destroys": document.approval.destroys,
        },
        approval_expires=document.approval.expires,
        started_at=now,
    )
    _write_phases(incident, document, values, now)
    _write_components(incident, document)
    _write_timers(incident, document, now)
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind="incident.declared",
        text=f"declared {incident.name} ({severity}) from “{document.title}” in {environment}",
        panels=["header", "incidents"],
        data={"digest": revision.digest, "revision": revision.number, "parameters": values},
    )
    return incident


def _write_phases(
    incident: Incident, document: definition.Runbook, values: dict[str, str], now: datetime
) -> None:
    phases = Phase.objects.bulk_create(
        Phase(
            incident=incident,
            position=position,
            title=phase.title[:300],
            introduction=phase.introduction,
            role=phase.role[:60],
            planned_least=phase.duration.least if phase.duration else 0,
            planned_most=phase.duration.most if phase.duration else 0,
            is_rollback=phase.is_rollback,
            state=PhaseState.ACTIVE if position == 1 else PhaseState.PENDING,
            started_at=now if position == 1 else None,
        )
        for position, phase in enumerate(document.phases, start=1)
    )
    target = target_of(incident.environment)
    rows: list[Step] = []
    commands: list[StepCommand] = []
    for row, phase in zip(phases, document.phases, strict=True):
        for step, depth, is_exit in _steps_of(phase):
            written = _step_row(incident, row, step, depth, is_exit, len(rows) + 1)
            rows.append(written)
            commands.extend(_command_rows(written, step, values, target))
    Step.objects.bulk_create(rows)
    StepCommand.objects.bulk_create(commands)


def _steps_of(phase: definition.Phase) -> Iterator[tuple[definition.Step, int, bool]]:
    """Steps in reading order with their depth, exit criteria last."""
    for is_exit, steps in ((False, phase.steps), (True, phase.exit_criteria)):
        for step in steps:
            yield step, 0, is_exit
            yield from ((child, 1, is_exit) for child in _descendants(step))


def _descendants(step: definition.Step) -> Iterator[definition.Step]:
    for child in step.steps:
        yield child
        yield from _descendants(child)


def _step_row(
    incident: Incident,
    phase: Phase,
    step: definition.Step,
    depth: int,
    is_exit: bool,  # noqa: FBT001  (private, called once)
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
    )


def _command_rows(
    row: Step, step: definition.Step, values: dict[str, str], target: Target
) -> Iterator[StepCommand]:
    """One row per line that can be run, or one that is shown with the reason why not."""
    position = 0
    for written in step.commands:
        checks = [
            {"expression": c.expression, "level": c.level, "line": c.line} for c in written.checks
        ]
        read = shell.read(written.text, values)
        if not read.lines:
            position += 1
            yield StepCommand(
                step=row,
                position=position,
                text=written.text,
                label=written.label[:300],
                reason=read.reason,
                instead=read.instead,
                example=written.example,
            )
        for line in read.lines:
            position += 1
            outside = running.outside(line.command, target)
            yield StepCommand(
                step=row,
                position=position,
                text=line.text,
                label=written.label[:300],
                effect="" if outside else line.command.effect.value,
                resource=line.command.resource[:300],
                reason=outside,
                example=written.example,
                checks=checks,
                timeout=step.attributes.timeout,
            )


def _write_components(incident: Incident, document: definition.Runbook) -> None:
    Component.objects.bulk_create(
        Component(
            incident=incident,
            position=position,
            name=component.name[:100],
            function=component.function[:200],
            priority=component.priority[:100],
            state=ComponentState.OFFLINE,
        )
        for position, component in enumerate(document.components, start=1)
    )


def _write_timers(incident: Incident, document: definition.Runbook, now: datetime) -> None:
    EscalationLevel.objects.bulk_create(
        EscalationLevel(
            incident=incident,
            position=position,
            after=level.after,
            condition=level.condition[:300],
            to=list(level.to),
            then=list(level.then),
        )
        for position, level in enumerate(document.escalation, start=1)
    )
    levels = [
        Timer(
            incident=incident,
            kind=TimerKind.ESCALATION,
            key=str(position),
            due_at=now + timedelta(seconds=level.after),
        )
        for position, level in enumerate(document.escalation, start=1)
    ]
    updates = [
        Timer(
            incident=incident,
            kind=TimerKind.UPDATE,
            key=cadence.audience[:60],
            every=cadence.every,
            due_at=now + timedelta(seconds=cadence.every),
        )
        for cadence in document.updates
    ]
    Timer.objects.bulk_create([*levels, *updates])


def may_declare_in(person: User) -> list[Environment]:
    """The environments the declare form offers."""
    return list(permissions.environments_to_declare_in(person))
