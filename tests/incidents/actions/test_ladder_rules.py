"""What levels count from, what they bring, and what follows until somebody takes them up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection

from incidents import clock
from incidents.actions import announce, checklist, clockwork, escalate, reread, resolve, take_up
from incidents.actions.declare import declare
from incidents.models import EscalationLevel, Incident, Membership, Notification, Step, Timer
from incidents.refusal import Refused
from incidents.states import Role, TimerKind, TimerState
from tests import factories
from tests.incidents.conftest import SetClock, at_once

HOUR = 3600
PHASES = "## Phase 1: Look\n- [ ] Look\n## Phase 2: Mend (1-4 hours)\n- [ ] Mend\n"
Start = Callable[..., Incident]


@pytest.fixture
def start(commander: User, set_clock: SetClock) -> Start:
    """`start(head, severity="P0")` declares an incident of two phases with this front matter."""

    def begin(head: str, severity: str = "P0") -> Incident:
        text = f"---\n{head}\n---\n{PHASES}"
        return declare(
            actor=commander,
            revision=factories.make_revision(text.encode()),
            environment=factories.make_environment(),
            severity=severity,
            title="The database is away",
            parameters={},
        )

    return begin


def climb(set_clock: SetClock, seconds: float) -> int:
    set_clock.advance(seconds)
    return escalate.fire_due_timers()


def states(incident: Incident) -> list[str]:
    return list(incident.levels.values_list("state", flat=True))


def complete(incident: Incident, actor: User, position: int) -> None:
    checklist.complete_phase(actor=actor, phase_id=incident.phases.get(position=position).pk)


def told(incident: Incident) -> list[str]:
    """Subjects of the notices in the page, oldest first."""
    rows = Notification.objects.filter(incident=incident, key__endswith="/page")
    return list(rows.order_by("pk").values_list("subject", flat=True))


def test_a_level_counts_from_the_start_of_its_phase(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 4h, from: phase 2}]")
    assert climb(set_clock, 5 * HOUR) == 0
    complete(incident, commander, 1)

    assert climb(set_clock, 4 * HOUR - 1) == 0
    assert climb(set_clock, 1) == 2  # the level, and the plan of the phase
    assert "4 h into phase 2" in incident.timeline.get(kind="escalation.fired").text
    assert "takes longer than its planned 4 h" in incident.timeline.get(kind="phase.overrun").text


def test_a_completed_phase_needs_its_levels_no_more(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 4h, from: phase 2}]")
    complete(incident, commander, 1)
    complete(incident, commander, 2)

    assert climb(set_clock, 9 * HOUR) == 0
    assert states(incident) == ["cancelled"]
    last = incident.timeline.filter(kind="phase.completed").order_by("number").last()
    assert last is not None
    assert last.text.endswith("level 1 is not needed any more")


def test_a_level_counts_from_the_last_words_for_an_audience(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start(
        "updates: {leadership: 1h}\nescalation: [{after: 90m, from: update leadership}]"
    )
    set_clock.advance(HOUR)
    announce.post_update(
        actor=commander, incident_id=incident.pk, audience="leadership", text="We know the cause."
    )
    climb(set_clock, HOUR)
    assert states(incident) == ["pending"]

    climb(set_clock, HOUR / 2)

    assert states(incident) == ["fired"]


def test_a_level_counts_from_another_level(start: Start, set_clock: SetClock) -> None:
    incident = start("escalation: [{after: 1h}, {after: 30m, from: level 1}]")
    climb(set_clock, HOUR)
    assert climb(set_clock, HOUR / 2) == 1
    assert states(incident) == ["fired", "fired"]


def test_what_is_to_be_done_becomes_steps_of_the_active_phase(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 1h, then: [open a case, call the owner]}]")
    complete(incident, commander, 1)

    climb(set_clock, HOUR)

    steps = list(Step.objects.filter(incident=incident, level=1))
    assert [(s.title, s.phase.position, s.kind) for s in steps] == [
        ("open a case", 2, "task"),
        ("call the owner", 2, "task"),
    ]
    checklist.tick(actor=commander, step_id=steps[0].pk)


def test_people_are_told_again_until_somebody_acknowledges(
    start: Start, engineer: User, set_clock: SetClock
) -> None:
    incident = start(
        "escalation: [{after: 1h, to: [engineer], repeat: 15m, next: 2h}, {after: 9h}]"
    )
    climb(set_clock, HOUR)
    climb(set_clock, 15 * 60)
    climb(set_clock, 15 * 60)
    assert told(incident) == [f"{incident.name} P0: escalation level 1"] * 3

    take_up.acknowledge(actor=engineer, level_id=incident.levels.get(position=1).pk)

    assert climb(set_clock, 4 * HOUR) == 0
    incident.refresh_from_db()
    assert incident.acknowledged_at is not None
    unsent = Notification.objects.filter(incident=incident, state="waiting")
    assert not unsent.exists()


def test_after_downtime_one_repetition_and_then_the_grid_again(
    start: Start, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 1h, repeat: 15m}]")
    climb(set_clock, HOUR)
    base = set_clock.at

    assert climb(set_clock, HOUR + 60) == 1
    assert incident.timeline.filter(kind="escalation.repeated").count() == 1
    following = Timer.objects.get(kind=TimerKind.REPEAT, state="pending")
    assert following.due_at == base + timedelta(minutes=75)


def test_an_unacknowledged_level_fires_the_next_at_once(start: Start, set_clock: SetClock) -> None:
    incident = start(
        "escalation: [{after: 1h, next: 30m}, {after: 8h, severity: P4}, {after: 9h, next: 1h},"
        " {after: 10h}]"
    )
    climb(set_clock, HOUR)
    climb(set_clock, HOUR / 2)

    assert states(incident) == ["fired", "pending", "fired", "pending"]
    entry = incident.timeline.filter(kind="escalation.fired").order_by("number").last()
    assert entry is not None
    assert "nobody acknowledged level 1 within 30 min" in entry.text
    assert not incident.timers.filter(kind=TimerKind.ESCALATION, key="3", state="pending").exists()


def test_a_next_level_that_has_fired_by_itself_is_not_passed_over(
    start: Start, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 1h, next: 1h}, {after: 2h}, {after: 9h}]")
    climb(set_clock, HOUR)
    climb(set_clock, HOUR)

    assert states(incident) == ["fired", "fired", "pending"]


def test_a_level_that_does_not_apply_takes_its_steps_back(
    start: Start, engineer: User, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 1h, if: blocked, repeat: 5m, then: [open a case]}]")
    climb(set_clock, HOUR)
    level = incident.levels.get()
    with pytest.raises(Refused, match="why this level does not apply"):
        take_up.does_not_apply(actor=engineer, level_id=level.pk, reason=" ")

    take_up.does_not_apply(actor=engineer, level_id=level.pk, reason="we are through")

    assert Step.objects.get(level=1).state == "skipped"
    assert climb(set_clock, HOUR) == 0
    with pytest.raises(Refused, match="engineer took level 1 up at"):
        take_up.acknowledge(actor=engineer, level_id=level.pk)


def test_a_level_for_other_severities_has_no_timer(start: Start) -> None:
    incident = start("escalation: [{after: 1h, severity: P0}, {after: 2h}]", severity="P2")
    assert list(incident.timers.values_list("key", flat=True)) == ["2"]


def test_the_commander_hears_of_a_level_that_reaches_nobody(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 1h, to: [the-old-director]}]")
    climb(set_clock, HOUR)

    assert Notification.objects.get(incident=incident).person == commander
    assert incident.timeline.get(kind="escalation.fired").data["unknown"] == ["the-old-director"]


@pytest.mark.parametrize("loss", ["account", "role"])
def test_all_commanders_hear_what_a_commander_who_is_gone_does_not(
    start: Start, commander: User, set_clock: SetClock, loss: str
) -> None:
    second = factories.make_person("second", Role.COMMANDER)
    incident = start("escalation: [{after: 1h, to: [nobody-here]}]\nupdates: {leadership: 1h}")
    if loss == "account":
        User.objects.filter(pk=commander.pk).update(is_active=False)
    else:
        Membership.objects.filter(person=commander).delete()

    climb(set_clock, HOUR)

    rows = Notification.objects.filter(incident=incident)
    kinds = {("escalation", second.pk), ("update due", second.pk)}
    assert set(rows.values_list("kind", "person")) == kinds


def test_a_timer_that_fails_keeps_no_other_from_firing(start: Start, set_clock: SetClock) -> None:
    incident = start("escalation: [{after: 1h}, {after: 2h}]")
    incident.timers.filter(key="1").update(key="no number")
    set_clock.advance(3 * HOUR)

    assert clockwork.tick() >= 1
    assert states(incident) == ["pending", "fired"]
    stuck = incident.timers.get(key="no number")
    assert stuck.state == "pending"
    assert escalate.fire_due_timers() == 0
    Timer.objects.filter(pk=stuck.pk).update(key="1")
    set_clock.advance(10)
    assert escalate.fire_due_timers() == 1


def test_resolving_ends_repetitions_and_what_waits(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start("updates: {leadership: 1h}\nescalation: [{after: 1h, repeat: 15m}]")
    climb(set_clock, HOUR)
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Done.")

    assert climb(set_clock, 5 * HOUR) == 0
    live = Timer.objects.filter(incident=incident, state__in=("pending", "paused"))
    assert {timer.kind for timer in live} <= {TimerKind.REPORT}


@pytest.mark.django_db(transaction=True)
def test_two_clocks_repeat_once(start: Start, set_clock: SetClock) -> None:
    incident = start("escalation: [{after: 1h, repeat: 15m, then: [call]}, {after: 1h}]")
    set_clock.advance(HOUR)
    assert sum(at_once(*[escalate.fire_due_timers] * 2)) == 2
    set_clock.advance(15 * 60)
    assert sum(at_once(*[escalate.fire_due_timers] * 2)) == 1

    assert EscalationLevel.objects.filter(incident=incident, state="fired").count() == 2
    assert Step.objects.filter(incident=incident, level=1).count() == 1
    assert incident.timeline.filter(kind="escalation.repeated").count() == 1


def test_clocks_that_people_change_in_autumn_move_nothing(
    start: Start, set_clock: SetClock
) -> None:
    set_clock.at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 in Rome, for the first time
    incident = start("escalation: [{after: 2h}]")

    assert climb(set_clock, 2 * HOUR - 1) == 0
    assert climb(set_clock, 1) == 1
    assert incident.levels.get().fired_at == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)


def test_another_revision_keeps_steps_of_a_level_and_places_of_phases(
    start: Start, commander: User, set_clock: SetClock
) -> None:
    incident = start("escalation: [{after: 1h, then: [open a case]}, {after: 4h, from: Mend}]")
    climb(set_clock, HOUR)
    complete(incident, commander, 1)
    new = (
        "---\nescalation: [{after: 1h, then: [open a case]}, {after: 3h, from: Mend}]\n---\n"
        "## Phase 1: Ask\n- [ ] Ask\n## Phase 2: Look\n- [ ] Look\n"
        "## Phase 3: Mend (1-2 hours)\n- [ ] Mend\n"
    )
    revision = factories.make_revision(new.encode())

    reread.reread(actor=commander, incident_id=incident.pk, revision_id=revision.pk)

    assert Step.objects.get(incident=incident, level=1).state == "open"
    begun = incident.phases.get(title="Mend").started_at
    assert begun is not None
    timer = incident.timers.get(kind=TimerKind.ESCALATION, key="2")
    plan = incident.timers.get(kind=TimerKind.PHASE, state="pending")
    assert (timer.due_at - begun, plan.due_at - begun) == (
        timedelta(hours=3),
        timedelta(hours=2),
    )


def test_an_idle_pass_reads_the_index_of_what_is_pending(start: Start) -> None:
    start("escalation: [{after: 1h}]")
    due = Timer.objects.filter(state=TimerState.PENDING, due_at__lte=clock.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "timer_pending" in due.order_by("due_at").values_list("pk")[:50].explain()
