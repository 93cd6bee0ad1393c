"""What a report says without anybody writing it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import clock
from incidents.models import Incident, Run
from incidents.queries.report.draft import draft
from incidents.queries.report.facts import Facts, read_facts
from incidents.states import RunState
from tests import factories
from tests.incidents.conftest import SetClock
from tests.incidents.report.conftest import record


def facts_of(incident: Incident) -> Facts:
    found = Incident.objects.select_related("environment", "commander", "revision__runbook").get(
        pk=incident.pk
    )
    return read_facts(found, now=clock.now())


def test_times_are_measured_from_the_start(over: Incident) -> None:
    measures = facts_of(over).measures

    assert [(one.name, one.text) for one in measures] == [
        ("To acknowledge", "1 min"),
        ("To mitigate", "1 h 50 min"),
        ("To resolve", "2 h"),
    ]


def test_phases_are_held_against_their_plan(over: Incident) -> None:
    gantt = facts_of(over).gantt

    assert [(bar.plan, bar.actual, bar.verdict, bar.word) for bar in gantt.bars] == [
        ("30 min", "40 min", "10 min over", "completed"),
        ("1 h to 2 h", "1 h 20 min", "within the plan", "not completed"),
    ]
    assert gantt.percent(gantt.start) == 0
    assert 95 < gantt.percent(gantt.bars[1].planned_until) < 100


def test_component_was_offline_until_somebody_said_otherwise(over: Incident) -> None:
    (fact,) = facts_of(over).components

    assert (fact.sentence, fact.state) == ("offline for 1 h 50 min", "operational")


def test_change_is_told_with_plan_approval_and_outcome(over: Incident) -> None:
    made, refused = facts_of(over).changes

    assert [(move.path, move.before, move.after) for move in made.moves] == [
        ("minInstances", "1", "3"),
        ("maxInstances", "3", "10"),
    ]
    assert (made.outcome, made.waited, made.took) == ("succeeded", 300, 90)
    assert [(said.person, said.verdict, said.words) for said in made.decisions] == [
        ("engineer", "approved", "as agreed")
    ]
    assert (refused.outcome, refused.decisions[0].verdict) == ("rejected", "rejected")
    assert made.why_no_undo == "Connectors only scale up."


def test_checks_are_told_as_first_and_last_found(over: Incident) -> None:
    (pair,) = facts_of(over).diagnostics.pairs

    assert pair.after is not None
    assert (pair.before.found, pair.after.found, pair.verdict) == ("ERROR", "READY", "mended")


def test_level_says_how_late_it_fired_and_who_answered(over: Incident) -> None:
    (level,) = facts_of(over).levels

    assert (level.lateness, level.answered_by, level.answered_after) == (
        "8 s late",
        "engineer",
        120,
    )


def test_story_counts_small_acts_and_keeps_what_mattered(over: Incident) -> None:
    moments = facts_of(over).story.moments

    assert [one.text for one in moments] == [
        "declared it",
        "2 steps ticked, 1 diagnostic failed",
        "escalation after 50 min",
        "an update is due",
        "Frontend is operational, was offline",
    ]
    assert moments[1].actor == "engineer"


def test_drafts_are_made_of_facts(over: Incident) -> None:
    facts = facts_of(over)

    assert "after 2 h. commander commanded." in draft("summary", facts)
    assert "Nobody can *sign in*." in draft("impact", facts)
    assert "**Frontend** was offline for 1 h 50 min." in draft("impact", facts)
    assert '`state == "READY"` found `ERROR`' in draft("causes", facts)
    assert "1 check that failed at first passed at the end." in draft("well", facts)
    assert "“Diagnosis” took 40 min, 10 min longer than planned." in draft("badly", facts)
    assert "“Call the vendor” was left out (they called us)" in draft("lessons", facts)


def test_parts_of_one_check_are_each_held_against_themselves(over: Incident) -> None:
    first, last = over.runs.filter(effect="reads").order_by("number")
    whole = {**first.checks[0], "expression": "a == 1 && b == 2"}
    for run, found in ((first, (0, 2)), (last, (1, 3))):
        parts = [
            {**whole, "expected": f"{name} == {wanted}", "found": is_, "passed": is_ == wanted}
            for name, wanted, is_ in zip("ab", (1, 2), found, strict=True)
        ]
        Run.objects.filter(pk=run.pk).update(checks=parts)

    pairs = facts_of(over).diagnostics.pairs

    assert [(one.expected, one.verdict) for one in pairs] == [
        ("a == 1", "mended"),
        ("b == 2", "passed, then failed"),
    ]


def test_drafts_name_the_resource_and_say_nothing_twice(over: Incident) -> None:
    for run in over.runs.filter(effect="reads"):
        checks = [{**run.checks[0], "found": "A", "passed": False}] * 2
        Run.objects.filter(pk=run.pk).update(checks=checks)

    causes, badly = (draft(part, facts_of(over)) for part in ("causes", "badly"))

    asked = 'The connector is ready, `connectors/staging-connector`: `state == "READY"`'
    assert causes.count(f"{asked} found `A`") == badly.count(f"{asked} failed") == 1


def test_open_incident_is_told_so_far(incident: Incident, set_clock: SetClock) -> None:
    facts = facts_of(incident)

    assert (facts.is_over, facts.until) == (False, clock.now())
    assert "this is what is known so far" in draft("summary", facts)
    assert [one.text for one in facts.measures][2] == "not resolved yet"


def test_facts_ask_the_same_for_few_rows_and_many(over: Incident, engineer: User) -> None:
    few = _asked(over)
    phase = over.phases.get(position=1)
    for number in range(12):
        command = factories.make_command(factories.make_step(phase))
        factories.make_run(command, engineer, RunState.SUCCEEDED, finished_at=clock.now())
        if number % 2:
            factories.make_waiting_approval(
                factories.make_command(factories.make_step(phase), effect="changes"), engineer
            )
        factories.make_level(over, 60 * number)
        record(over, engineer, "update.posted", "told leadership")

    assert _asked(over) == few


def _asked(incident: Incident) -> int:
    with CaptureQueriesContext(connection) as captured:
        facts_of(incident)
    return len(captured)
