"""An incident that is over, with something of everything that a report tells of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, timeline
from incidents.actions.moves import hold
from incidents.models import Decision, Incident, Timer
from incidents.states import (
    ApprovalState,
    Audience,
    LevelState,
    PhaseState,
    RunState,
    StepState,
    TimerKind,
    TimerState,
)
from tests import factories
from tests.incidents.conftest import SetClock

HOSTILE = "#x $y$ \\z @w `k` |p| _u_ *b* <i> 😀 日本"


def record(incident: Incident, actor: User | None, kind: str, text: str, **data: Any) -> None:
    with transaction.atomic():
        hold(pk=incident.pk)
        timeline.record(
            incident_id=incident.pk, actor=actor, kind=kind, text=text, panels=[], data=data
        )


@pytest.fixture
def over(incident: Incident, commander: User, engineer: User, set_clock: SetClock) -> Incident:
    """From 03:00 to 05:00: a diagnostic that failed and was mended, a change approved after 5 min,
    a rejected one, a level that fired late, an update, a component that came back."""
    Incident.objects.filter(pk=incident.pk).update(
        started_at=clock.now(), impact="Nobody can *sign in*.", title=f"Down {HOSTILE}"
    )
    incident.refresh_from_db()
    record(incident, commander, "incident.declared", "declared it")
    first = factories.make_phase(
        incident,
        title="Diagnosis",
        planned_most=1800,
        started_at=clock.now(),
        state=PhaseState.COMPLETED,
    )
    second = factories.make_phase(incident, title="Repair", planned_least=3600, planned_most=7200)
    component = incident.components.create(position=1, name="Frontend", state="operational")
    _walk(incident, commander, engineer, set_clock, first, second)
    set_clock.advance(3600)
    record(
        incident,
        commander,
        "component.changed",
        "Frontend is operational, was offline",
        component=component.name,
        before="offline",
        after="operational",
    )
    set_clock.advance(600)
    Incident.objects.filter(pk=incident.pk).update(
        state="resolved",
        resolved_at=clock.now(),
        mitigated_at=clock.now() - timedelta(minutes=10),
        resolution="The connector has room again.",
        run_count=incident.runs.count(),
    )
    incident.refresh_from_db()
    return incident


def _walk(
    incident: Incident,
    commander: User,
    engineer: User,
    set_clock: SetClock,
    first: Any,
    second: Any,
) -> None:
    ready = 'state == "READY"'
    check = {"expression": ready, "level": "expect", "expected": ready, "line": 1}
    read = factories.make_command(
        factories.make_step(first, kind="command", title="The connector is ready")
    )
    set_clock.advance(60)
    for found, passed in (("ERROR", False), ("READY", True)):
        factories.make_run(
            read,
            engineer,
            RunState.SUCCEEDED,
            finished_at=clock.now(),
            checks=[{**check, "found": found, "passed": passed}],
        )
    record(incident, engineer, "run.succeeded", "run 1 ended", run=1, state="succeeded")
    record(incident, engineer, "step.ticked", "ticked “One”")
    record(incident, engineer, "step.ticked", "ticked “Two”")
    set_clock.advance(2340)
    first.completed_at = clock.now()
    first.save()
    type(second).objects.filter(pk=second.pk).update(
        started_at=clock.now(), state=PhaseState.ACTIVE
    )
    factories.make_step(
        second, title="Call the vendor", state=StepState.SKIPPED, reason="they called us"
    )
    _change(incident, commander, engineer, set_clock, second)
    _fire(incident, engineer, set_clock)
    incident.updates.create(
        audience=Audience.LEADERSHIP, text="We work on it.", author=commander, at=clock.now()
    )


def _change(
    incident: Incident, commander: User, engineer: User, set_clock: SetClock, phase: Any
) -> None:
    step = factories.make_step(phase, kind="command", title="Scale the connector")
    command = factories.make_command(step, text=factories.UPDATE, effect="changes")
    for verdict, state in (("approved", RunState.SUCCEEDED), ("rejected", RunState.REJECTED)):
        approval = factories.make_waiting_approval(
            command, commander, run={"reason": "it is too small"}
        )
        set_clock.advance(300)
        approval.state, approval.decided_at = ApprovalState(verdict), clock.now()
        approval.save()
        Decision.objects.create(
            approval=approval,
            person=engineer,
            verdict=verdict,
            digest=approval.digest,
            words="as agreed",
            at=clock.now(),
        )
        run = approval.run
        run.state, run.started_at, run.message = state, clock.now(), f"said {HOSTILE}"
        run.finished_at = clock.now() + timedelta(seconds=90)
        run.save()


def _fire(incident: Incident, engineer: User, set_clock: SetClock) -> None:
    level = factories.make_level(incident, 3000)
    incident.levels.update(
        state=LevelState.ACKNOWLEDGED,
        fired_at=clock.now(),
        acknowledged_at=clock.now() + timedelta(seconds=120),
        acknowledged_by=engineer,
    )
    Timer.objects.filter(incident=incident, kind=TimerKind.ESCALATION).update(
        state=TimerState.FIRED, fired_at=clock.now(), late=7.5
    )
    record(incident, None, "escalation.fired", "escalation after 50 min", level=level.position)
    record(incident, None, "update.due", "an update is due", audience="leadership")
