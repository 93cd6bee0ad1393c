"""A drill lives hours in a moment, and nothing else does."""

from __future__ import annotations

from collections import Counter
from datetime import time
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from incidents.actions import checklist, pause, severity
from incidents.actions.declare import declare
from incidents.models import Incident, Notification, NotificationRule, QuietHours
from incidents.states import RunState
from tests import factories
from tests.incidents.actions.telling.deeds import channel_of, tell_whom
from tests.incidents.conftest import SetClock

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "runbook" / "library" / "staging-cannot-reach-cloud-sql.md"
SOURCE = b"""---
escalation:
  - {after: 1h, repeat: 1h, then: [open a case]}
  - {after: 1h, from: level 1}
  - {after: 9h}
updates: {leadership: 2h}
---
## Phase 1: Look (30 min)
- [ ] Look
  ```bash
  gcloud compute networks vpc-access connectors describe a --region=r --project=p
  ```
"""


@pytest.fixture
def drill(commander: User, set_clock: SetClock) -> Incident:
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE),
        environment=factories.make_environment(),
        severity="P0",
        title="The database is away",
        parameters={},
        is_drill=True,
    )


def test_advance_fires_everything_in_its_order(
    drill: Incident, engineer: User, set_clock: SetClock
) -> None:
    command = drill.steps.get(level=None).commands.get()
    approval = factories.make_waiting_approval(command, engineer)
    out = StringIO()

    call_command("advance", "6h", incident=drill.name, stdout=out)

    kinds = [entry.kind for entry in drill.timeline.order_by("number")][1:]
    assert (kinds[0], set(kinds[1:3])) == ("time.advanced", {"phase.overrun", "run.expired"})
    assert kinds[3] == "escalation.fired"
    assert Counter(kinds[4:]) == {
        "escalation.repeated": 5,
        "escalation.fired": 1,
        "update.due": 1,
    }
    assert "6 h have passed" in out.getvalue()
    drill.refresh_from_db()
    assert (set_clock.at - drill.started_at).total_seconds() == 6 * 3600
    first, second, third = drill.levels.all()
    assert [
        (level.fired_at - drill.started_at).total_seconds() / 3600
        for level in (first, second, third)
        if level.fired_at
    ] == [1, 2]
    assert {timer.late for timer in drill.timers.filter(state="fired")} == {0}
    approval.refresh_from_db()
    assert (approval.state, approval.run.state) == ("expired", RunState.EXPIRED)


def test_the_shipped_ladder_climbs_as_it_says(commander: User, set_clock: SetClock) -> None:
    drill = declare(
        actor=commander,
        revision=factories.make_revision(SHIPPED.read_bytes(), slug=SHIPPED.stem),
        environment=factories.make_environment(),
        severity="P0",
        title="Staging is down",
        parameters={},
        is_drill=True,
    )
    set_clock.advance(1800)
    drill.steps.filter(phase__position=1).update(state="done")
    checklist.complete_phase(actor=commander, phase_id=drill.phases.get(position=1).pk)

    call_command("advance", "7h", incident=drill.name, stdout=StringIO())

    begun = Incident.objects.get(pk=drill.pk).started_at
    fired = {
        level.position: (level.fired_at - begun).total_seconds() / 3600
        for level in drill.levels.all()
        if level.fired_at
    }
    assert fired == {1: 2, 2: 4, 3: 6, 4: 4.5, 5: 6.5}
    asked = drill.timers.filter(kind="update due", key="leadership").get(occurrence=1)
    assert (asked.due_at - begun).total_seconds() == 3600


def test_rungs_come_when_time_passes_and_quiet_hours_are_real(
    drill: Incident, engineer: User, leader: User, set_clock: SetClock
) -> None:
    for person in (engineer, leader):
        rule = {"channel": channel_of(person), "after": 300}
        NotificationRule.objects.create(person=person, **rule)
    QuietHours.objects.create(person=leader, begins=time(0), until=time(12))
    Incident.objects.update(severity="P2")
    drill.refresh_from_db()
    tell_whom(drill, "engineer", "leader")

    call_command("advance", "10m", incident=drill.name, stdout=StringIO())

    rows = Notification.objects.filter(state="waiting", due_at__lte=set_clock.at)
    assert [row.person for row in rows] == [engineer]


def test_a_pause_that_is_over_counts_for_nothing_that_began_after_it(
    commander: User, set_clock: SetClock
) -> None:
    source = b"""---
escalation: [{after: 1h}, {after: 4h, from: phase 2}]
---
## Phase 1: Look
- [ ] Look
## Phase 2: Mend
- [ ] Mend
"""
    drill = declare(
        actor=commander,
        revision=factories.make_revision(source),
        environment=factories.make_environment(),
        severity="P0",
        title="The database is away",
        parameters={},
        is_drill=True,
    )
    named = {"actor": commander, "incident_id": drill.pk}
    pause.pause(**named, reason="Lunch.")
    call_command("advance", "1h", incident=drill.name, stdout=StringIO())
    pause.resume(**named)
    checklist.complete_phase(actor=commander, phase_id=drill.phases.get(position=1).pk)
    call_command("advance", "30m", incident=drill.name, stdout=StringIO())

    severity.change_severity(**named, severity="P1", reason="Half of it works.")

    assert drill.timeline.get(kind="incident.severity").data["moves"] == []


def test_advance_leaves_other_incidents_alone(drill: Incident, set_clock: SetClock) -> None:
    other = factories.make_incident(drill.commander, number=900_000)
    factories.make_level(other, 3600)

    call_command("advance", "6h", incident=drill.name, stdout=StringIO())

    assert other.levels.get().state == "pending"


def test_advance_says_that_it_stopped_before_the_end(drill: Incident, set_clock: SetClock) -> None:
    with pytest.raises(CommandError) as stopped:
        call_command("advance", "6h", incident=drill.name, most=4, stdout=StringIO())

    assert str(stopped.value).startswith(
        f"Only 2 h have passed for {drill.name}: 5 fell due, and there it stopped. The last 4 h "
    )
    assert str(stopped.value).endswith(f"advance 14400s --incident {drill.name}")
    last = drill.timeline.order_by("number").last()
    assert last is not None
    assert (last.kind, last.data) == ("time.advanced", {"left": 14400, "fired": 5})
    drill.refresh_from_db()
    assert (set_clock.at - drill.started_at).total_seconds() == 2 * 3600

    out = StringIO()
    call_command("advance", "14400s", incident=drill.name, stdout=out)
    assert out.getvalue().startswith("4 h have passed")


@pytest.mark.parametrize(
    ("columns", "span", "words"),
    [
        ({"is_drill": False}, "1h", "is no drill"),
        ({"state": "resolved"}, "1h", "is resolved"),
        ({}, "soon", "is not a length of time"),
        ({}, "30 days", "a week at most"),
    ],
)
def test_advance_refuses(
    drill: Incident, columns: dict[str, object], span: str, words: str
) -> None:
    Incident.objects.filter(pk=drill.pk).update(**columns)
    with pytest.raises(CommandError, match=words):
        call_command("advance", span, incident=drill.name)


def test_advance_names_what_there_is_not(drill: Incident) -> None:
    with pytest.raises(CommandError, match="no incident INC-999"):
        call_command("advance", "1h", incident="INC-999")
