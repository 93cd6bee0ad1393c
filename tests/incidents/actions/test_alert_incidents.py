"""Incidents that rules declare: one for each group, with what the rule asks for, closed when all is
well again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents import clock, timeline
from incidents.actions import alert_incidents, alerts
from incidents.actions.alert_incidents import take_up_forgotten
from incidents.actions.alert_recovery import close_what_is_over
from incidents.actions.alert_rule_terms import Terms
from incidents.actions.alert_rules import add_rule
from incidents.actions.hand_over import take_over
from incidents.actions.resolve import resolve
from incidents.models import (
    Alert,
    Incident,
    Membership,
    Notification,
    Run,
    TimelineEntry,
)
from incidents.queries.receivers import who_is
from incidents.queries.report.times import read_measures
from incidents.refusal import Refused
from incidents.source import WORKER, acting_from
from incidents.states import Role, RunState
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, signal
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor(db: None) -> User:
    return make_monitor()


def entries(kind: str) -> list[str]:
    rows = TimelineEntry.objects.filter(kind=kind).order_by("incident_id", "number")
    return list(rows.values_list("text", flat=True))


def test_rule_declares_in_the_name_of_its_account(monitor: User) -> None:
    make_declaring(monitor, severity="P0")

    heard = alerts.hear(
        signal(title="Connector is at 92 %", findings=[{"resource": "c", "found": "CREATING"}])
    )

    incident = Incident.objects.get()
    assert heard and heard.incident == incident
    assert (incident.title, incident.severity) == ("Connector is at 92 %", "P0")
    assert (incident.commander, incident.is_drill) == (monitor, False)
    pinned = TimelineEntry.objects.get(kind="alert.declared")
    assert pinned.actor == monitor
    assert pinned.source == "alert rule Rule 1"
    assert pinned.data["alerts"][0]["findings"] == [{"resource": "c", "found": "CREATING"}]


def test_told_again_and_grouped_alerts_join(monitor: User) -> None:
    make_declaring(monitor, group_by=["cluster"])
    for key, cluster in (("a", "eu"), ("b", "eu"), ("c", "us"), ("a", "eu")):
        alerts.hear(signal(key, labels={"cluster": cluster}))

    assert Incident.objects.count() == 2
    assert entries("alert.joined") == ["joined by the alert rule “Rule 1”: “Condition b”"]


def test_storm_in_one_message_is_one_incident_and_one_word(monitor: User, engineer: User) -> None:
    make_declaring(monitor, tells=["engineer"])

    alerts.hear_all([signal(f"{number}") for number in range(40)])

    assert Incident.objects.get().alerts.count() == 40
    assert Notification.objects.filter(person=engineer, shown="").count() == 1
    assert entries("alert.declared") == [
        (
            "declared by the alert rule “Rule 1”: “Condition 0”, “Condition 1”, “Condition 10”"
            " and 37 more"
        )
    ]


def test_group_at_the_same_time_is_one_incident(transactional_db: None, monitor: User) -> None:
    make_declaring(monitor)

    at_once(*[lambda key=key: alerts.hear(signal(key)) for key in "abcd"])

    assert Incident.objects.get().alerts.count() == 4


def test_refused_rule_says_why_and_tries_again(monitor: User) -> None:
    make_declaring(monitor)
    held = Membership.objects.filter(person=monitor)
    held.filter(role="commander").update(role="viewer")

    heard = alerts.hear(signal())
    assert heard and heard.trouble == (
        "The rule “Rule 1” could not declare an incident: You may not declare incidents in staging."
        " Ask someone who is commander there."
    )
    held.filter(role="viewer").update(role="commander")
    again = alerts.hear(signal())
    assert again and (again.trouble, again.incident) == ("", Incident.objects.get())


def test_labels_of_a_sender_make_no_flood_of_incidents(
    monitor: User, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_incidents, "MOST_DECLARED", 2)
    make_declaring(monitor, group_by=["pod"])
    storm = [signal(name, labels={"pod": name}) for name in "abcd"]

    alerts.hear_all(storm)

    assert Incident.objects.count() == 2
    left = Alert.objects.filter(incident=None).values_list("trouble", flat=True).distinct()
    assert "it has declared 2 within the last hour" in left.get()
    for seconds in (3301, 300):
        set_clock.advance(seconds)
        take_up_forgotten()
    assert Incident.objects.count() == 4


def test_clock_tries_again_what_was_refused(monitor: User, set_clock: SetClock) -> None:
    rule = make_declaring(monitor)
    alerts.hear(signal(environment=None))
    rule.environment = factories.make_environment()
    rule.save()
    tried = []
    for seconds in (11, 60, 300):
        set_clock.advance(seconds)
        tried.append(take_up_forgotten())
    assert tried == [0, 0, 1]
    assert Incident.objects.get().alerts.get().trouble == ""


def test_new_rule_takes_up_what_fires(monitor: User, set_clock: SetClock) -> None:
    root = User.objects.create_superuser("root")
    alerts.hear(signal())
    runbook = make_declaring(monitor, is_on=False).runbook
    terms = Terms(name="New", declares=True, runbook=runbook, acts_as=monitor)
    add_rule(actor=root, terms=terms)
    set_clock.advance(11)
    assert take_up_forgotten() == 1
    assert Incident.objects.get().alerts.count() == 1


def test_alert_without_an_environment_has_no_incident(monitor: User) -> None:
    make_declaring(monitor)
    heard = alerts.hear(signal(environment=None))
    assert heard and "names an environment. Set one of them." in heard.trouble


def test_alert_of_a_process_that_died_is_taken_up(
    monitor: User, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_declaring(monitor)
    with monkeypatch.context() as patch:
        patch.setattr(alerts, "follow", lambda _alerts: None)
        alerts.hear(signal())
    assert take_up_forgotten() == 0
    set_clock.advance(11)
    assert take_up_forgotten() == 1
    assert Incident.objects.get().alerts.count() == 1


def test_runs_are_asked_for_and_changes_wait(monitor: User) -> None:
    make_declaring(monitor, runs=["diagnostics", "scale-the-connector", "no-such-step"])

    alerts.hear(signal())

    runs = Run.objects.order_by("number").values_list("effect", "state", "requested_by")
    assert list(runs) == [
        ("reads", RunState.QUEUED, monitor.pk),
        ("changes", RunState.PLANNING, monitor.pk),
    ]
    assert entries("alert.run_refused") == [
        (
            "the alert rule “Rule 1” could not run “no-such-step”: The runbook has no step"
            " “no-such-step” with a command that runs here."
        )
    ]


def test_parameters_are_filled_from_labels(monitor: User) -> None:
    source = b"---\nparameters:\n  CONNECTOR:\n    example: a\n---\n# A\n\n## Phase 1\n\n### Look\n"
    make_declaring(
        monitor, factories.make_revision(source, slug="b"), parameters={"CONNECTOR": "{name}-x"}
    )
    alerts.hear(signal("a", labels={"name": "staging"}))
    hostile = alerts.hear(signal("b", labels={"name": "$(reboot)"}))

    assert Incident.objects.get().parameters["CONNECTOR"] == "staging-x"
    assert hostile and hostile.incident == Incident.objects.get()


def test_last_recovery_closes(monitor: User, set_clock: SetClock) -> None:
    make_declaring(monitor, closes=True)
    alerts.hear_all([signal("a"), signal("b")])
    set_clock.advance(840)

    alerts.hear(signal("a", firing=False))
    assert Incident.objects.get().state == "open"
    alerts.hear(signal("b", firing=False))

    incident = Incident.objects.get()
    assert (incident.state, incident.resolution) == (
        "resolved",
        "By itself: “Condition a” and “Condition b” recovered after 14 min.",
    )
    assert entries("alert.recovered") == [
        "“Condition a” recovered after 14 min; 1 still fires",
        "“Condition b” recovered after 14 min",
    ]


def test_recovery_told_twice_stands_once(monitor: User) -> None:
    make_declaring(monitor)
    alerts.hear(signal())
    for _ in range(2):
        alerts.hear(signal(firing=False))
    assert len(entries("alert.recovered")) == 1
    assert Incident.objects.get().state == "open"


def test_recovery_while_the_incident_is_declared(
    monitor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_declaring(monitor)
    declare = alert_incidents.declare

    def declare_slowly(**given: Any) -> Incident:
        Alert.objects.update(state="resolved", resolved_at=clock.now())
        return declare(**given)

    monkeypatch.setattr(alert_incidents, "declare", declare_slowly)
    alerts.hear(signal())

    assert entries("alert.recovered") == ["“Condition a” recovered after 0 s"]


def test_what_runs_keeps_it_open_until_it_ends(monitor: User) -> None:
    make_declaring(monitor, closes=True, runs=["diagnostics"])
    alerts.hear(signal())
    Run.objects.update(state=RunState.RUNNING)

    alerts.hear(signal(firing=False))
    assert [close_what_is_over() for _ in range(2)] == [0, 0]
    assert entries("alert.kept_open") == [
        (
            "all alerts have recovered; it stays open: Run 1 is still running. Wait for it or stop"
            " it, then resolve."
        )
    ]

    Run.objects.update(state=RunState.SUCCEEDED)
    assert close_what_is_over() == 1
    assert Incident.objects.get().state == "resolved"
    assert close_what_is_over() == 0


def test_fires_again_while_its_incident_is_open(monitor: User, set_clock: SetClock) -> None:
    make_declaring(monitor)
    for firing in (True, False, True, True):
        alerts.hear(signal(firing=firing))
        set_clock.advance(60)

    assert Incident.objects.get().alerts.get().times == 3
    assert entries("alert.again") == ["“Condition a” fires again"]


def test_fires_again_after_its_incident(monitor: User, set_clock: SetClock) -> None:
    make_declaring(monitor, closes=True)
    for firing in (True, False, True):
        alerts.hear(signal(firing=firing))
        set_clock.advance(60)

    first, second = Incident.objects.order_by("number")
    assert Alert.objects.get().incident == second
    assert entries("alert.declared")[1] == (
        f"declared by the alert rule “Rule 1”: “Condition a”. It is the same as in {first.name},"
        " which was closed"
    )


@pytest.mark.parametrize(("seconds", "incidents"), [(600, 1), (3601, 2)])
def test_resolved_by_hand_while_it_fires_gives_some_peace(
    monitor: User, set_clock: SetClock, seconds: int, incidents: int
) -> None:
    make_declaring(monitor)
    alerts.hear(signal())
    set_clock.advance(5)
    resolve(actor=monitor, incident_id=Incident.objects.get().pk, words="It is a false alarm.")
    set_clock.advance(seconds)

    alerts.hear(signal())

    assert Incident.objects.count() == incidents


def test_what_a_rule_does_is_no_persons_first_act(monitor: User) -> None:
    make_declaring(monitor, runs=["diagnostics"])
    alerts.hear(signal())
    incident = Incident.objects.get()
    with acting_from(WORKER):  # which asks for approval of what the rule asked for
        timeline.record(
            incident_id=incident.pk, actor=monitor, kind="approval.asked", text="asks", panels=[]
        )

    assert read_measures(incident)[0].seconds is None


def test_commander_means_people_until_somebody_takes_over(monitor: User, commander: User) -> None:
    make_declaring(monitor)
    alerts.hear(signal())
    incident = Incident.objects.get()

    assert set(who_is(["commander"], incident).people) == {monitor, commander}
    incident.commander = commander
    assert who_is(["commander"], incident).people == (commander,)


def test_whoever_may_command_takes_over_from_a_rule(
    monitor: User, commander: User, engineer: User
) -> None:
    make_declaring(monitor)
    alerts.hear(signal())
    incident = Incident.objects.get()
    with pytest.raises(Refused, match="Only an administrator"):
        take_over(actor=engineer, incident_id=incident.pk, reason="I can.")

    take_over(actor=commander, incident_id=incident.pk, reason="")

    incident.refresh_from_db()
    assert incident.commander == commander
    assert entries("handover.taken") == [
        "took over command: a rule about alerts declared this (monitor commanded until now)"
    ]
    other = factories.make_person("other", Role.COMMANDER)
    with pytest.raises(Refused):
        take_over(actor=other, incident_id=incident.pk, reason="I can too.")
