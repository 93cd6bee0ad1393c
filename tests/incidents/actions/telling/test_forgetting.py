"""Notifications are forgotten when they are old; the timeline says so, and stays whole."""

from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from incidents.actions import forgetting
from incidents.actions.tell import Event, tell
from incidents.models import Incident, Notification
from incidents.queries.proof.verification import verify_incident
from tests import factories
from tests.incidents.actions.telling.deeds import channel_of, tell_whom
from tests.incidents.conftest import SetClock

DAY = 86400


def sweep(set_clock: SetClock, days: float) -> int:
    set_clock.advance(days * DAY)
    return forgetting.forget_old_notifications()


def end(state: str = "sent") -> None:
    """All that waits ends now."""
    rows = Notification.objects.filter(state="waiting")
    for row in rows:
        rows.filter(pk=row.pk).update(state=state, ended_at=row.created_at)


def test_a_closed_incident_forgets_all_at_once_and_says_so(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    channel_of(engineer)
    tell_whom(incident, "engineer", key="first")
    end()
    set_clock.advance(DAY)
    tell_whom(incident, "engineer", key="second")
    end("dead")
    assert sweep(set_clock, 95) == 0  # it is open
    Incident.objects.update(state="resolved")
    tell_whom(incident, "engineer", kind="report due", key="third")
    end()

    assert sweep(set_clock, 1) == 0  # not all of it is so old
    assert sweep(set_clock, 90) == 6
    assert sweep(set_clock, 1) == 0

    assert not Notification.objects.exists()
    entry = incident.timeline.get(kind="notification.forgotten")
    assert entry.text == "forgot who was told in detail, 90 days after: 1 not delivered, 5 sent"
    assert verify_incident(incident.number).problems == []


def test_what_still_waits_and_what_an_update_needs_is_kept(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    old = {"subject": "s", "body": "b", "due_at": set_clock.at, "created_at": set_clock.at}
    sent = {"state": "sent", "ended_at": set_clock.at, "incident": incident}
    Notification.objects.create(key="comment", kind="github comment", shown="o/r#1", **sent, **old)
    other = factories.make_incident(engineer, state="resolved")
    channel_of(engineer)
    tell_whom(other, "engineer")
    Incident.objects.update(state="resolved")

    assert sweep(set_clock, 100) == 0

    assert Notification.objects.filter(incident=other).count() == 2


def test_what_is_of_no_incident_goes_each_for_itself_once_an_hour(
    engineer: User, set_clock: SetClock, settings: Settings
) -> None:
    event = {"kind": "on call", "subject": "s", "body": "b", "topic": "t", "people": [engineer]}
    tell(Event(key="old", **event))
    set_clock.advance(DAY)
    tell(Event(key="new", **event))
    settings.NOTIFICATION_DAYS = 0
    assert sweep(set_clock, 90) == 0
    settings.NOTIFICATION_DAYS = 90

    assert sweep(set_clock, 0) == 1
    assert sweep(set_clock, 1 / 48) == 0
    set_clock.advance(DAY)
    assert sweep(set_clock, 0) == 1
