"""Alerts whose rule should declare an incident and cannot: people hear of them all the same."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.actions.alert_incidents import take_up_forgotten
from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.resolve import resolve
from incidents.models import Alert, Incident, Membership, Notification
from incidents.states import Role
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, signal
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor(db: None) -> User:
    return make_monitor()


def subjects(person: User) -> list[str]:
    rows = Notification.objects.filter(person=person, shown="").order_by("pk")
    return list(rows.values_list("subject", flat=True))


def test_what_no_rule_can_declare_is_told_once(
    monitor: User, engineer: User, set_clock: SetClock
) -> None:
    make_declaring(monitor, severity="P0", tells=["engineer"])
    held = Membership.objects.filter(person=monitor)
    held.filter(role="commander").update(role="viewer")

    alerts.hear(signal())
    for _ in range(3):
        set_clock.advance(301)
        take_up_forgotten()
        tell_what_is_late()
        alerts.hear(signal())
    assert subjects(engineer) == ["Warning, no incident declared: “Condition a”"]
    assert "You may not declare incidents in staging" in Notification.objects.latest("pk").body

    held.filter(role="viewer").update(role="commander")
    alerts.hear(signal())
    name = Incident.objects.get().name
    assert subjects(engineer)[1:] == [f"{name} (P0) declared: Condition a"]
    alerts.hear(signal(firing=False))
    set_clock.advance(61)
    assert tell_what_is_late() == 0


def test_end_of_what_no_rule_could_declare_is_told(
    monitor: User, engineer: User, set_clock: SetClock
) -> None:
    make_declaring(monitor, tells=["engineer"], parameters={"POD": "{pod}"})
    alerts.hear(signal(labels={"pod": "$(reboot)"}))
    set_clock.advance(61)

    alerts.hear(signal(firing=False))

    assert subjects(engineer)[1:] == ["Recovered: “Condition a”"]
    assert len(subjects(engineer)) == 2


@pytest.mark.parametrize("tells", [[], ["commander"], ["nobody-here"]])
def test_rule_that_reaches_nobody_tells_who_commands_what_it_cannot_declare(
    monitor: User, engineer: User, tells: list[str]
) -> None:
    """Nobody reads what the rule's own account is told, which commands as well."""
    make_declaring(monitor, parameters={"POD": "{pod}"}, tells=tells)
    root = User.objects.create_superuser("root", password="pass-word-1234")
    alerts.hear(signal("a", labels={"pod": "$(reboot)"}))
    assert len(subjects(root)) == 1

    lead = factories.make_person("lead", Role.COMMANDER)
    alerts.hear(signal("b", labels={"pod": "$(reboot)"}))
    Alert.objects.update(told_at=None)
    tell_what_is_late()
    assert [len(subjects(one)) for one in (root, lead, engineer)] == [1, 1, 0]


def test_what_fires_again_after_its_incident_and_cannot_be_declared_is_told(
    monitor: User, engineer: User, set_clock: SetClock
) -> None:
    make_declaring(monitor, tells=["engineer"], reopens_within=60)
    alerts.hear(signal())
    resolve(actor=monitor, incident_id=Incident.objects.get().pk, words="Mended.")
    Membership.objects.filter(person=monitor, role="commander").update(role="viewer")
    set_clock.advance(120)

    alerts.hear(signal())

    assert subjects(engineer)[-1] == "Warning, no incident declared: “Condition a”"
