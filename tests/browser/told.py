"""How people are told, for pages to show: channels, rules, a rota, notices, and deliveries of INC-1
that arrived, wait and did not."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.contrib.auth.models import Group, User

from incidents import clock
from incidents.models import Channel, Incident, NotificationRule, QuietHours, Rota
from incidents.states import NotificationState
from tests import factories

NO_MAILBOX = "The mail server says: 550 5.1.1 no such mailbox. Nobody reads this address."


def furnish(incident: Incident, commander: User, engineer: User) -> None:
    mail, text = _channels(engineer)
    _rules(engineer, mail, text)
    _rota(engineer, commander, User.objects.get(username="second"))
    _notices(incident, engineer)
    _deliveries(incident, commander, engineer, mail, text)


def _channels(person: User) -> tuple[Channel, Channel]:
    now = clock.now()
    mail = factories.make_channel(person=person, created_by=person, last_sent_at=now)
    text = factories.make_channel(
        person=person,
        created_by=person,
        kind="service",
        name="Text message",
        shown="Twilio",
        last_failed_at=now,
        last_error="The service refused it: 401. Add the channel again with a new token.",
    )
    factories.make_channel(
        person=person, created_by=person, name="Old mail", shown="o…@example.com", is_enabled=False
    )
    group = Group.objects.create(name="database team")
    factories.make_channel(
        group=group, created_by=person, kind="webhook", name="Room", shown="https://chat.example/…"
    )
    return mail, text


def _rules(person: User, mail: Channel, text: Channel) -> None:
    for channel, after, severity in ((mail, 0, "P4"), (text, 300, "P1"), (text, 900, "P4")):
        NotificationRule.objects.create(
            person=person, channel=channel, after=after, least_severity=severity
        )
    QuietHours.objects.create(
        person=person, begins=time(22), until=time(7), time_zone="Europe/Rome"
    )


def _rota(*people: User) -> None:
    now = clock.now()
    rota = Rota.objects.create(
        name="database-on-call",
        time_zone="Europe/Rome",
        begins_on=date(2026, 1, 5),
        hands_over_at=time(9),
    )
    for position, person in enumerate(people, start=1):
        rota.members.create(person=person, position=position)
    rota.overrides.create(
        person=people[2],
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=4),
        reason="at the dentist",
        made_by=people[0],
    )


def _notices(incident: Incident, person: User) -> None:
    told = {"incident": incident, "person": person, "link": "/incidents/INC-1/"}
    factories.make_notification(subject="You may take command of INC-1", kind="handoff", **told)
    factories.make_notification(
        subject="INC-1 reached level 2: still no connection to the database",
        body="Nobody has acknowledged level 1 for 2 h.\nOpen the ladder and say who is on it.",
        **told,
    )
    factories.make_notification(
        subject="An update to leadership is due", kind="update due", read_at=clock.now(), **told
    )


def _deliveries(
    incident: Incident, commander: User, engineer: User, mail: Channel, text: Channel
) -> None:
    now = clock.now()
    told = {
        "incident": incident,
        "subject": "INC-1 reached level 1: tell infrastructure",
        "created_at": now - timedelta(minutes=20),
    }
    ended = {"ended_at": now - timedelta(minutes=19), "attempts": 1}
    factories.make_notification(
        person=commander, error="Only in the page: no channel and no mail address.", **told
    )
    for channel, columns in (
        (mail, ended),
        (text, {"state": NotificationState.WAITING, "due_at": now + timedelta(minutes=10)}),
        (text, {"state": NotificationState.CANCELLED}),
    ):
        factories.make_notification(
            person=engineer, channel=channel, shown=str(channel), **told, **columns
        )
    lost = {
        "sealed_address": "sealed",
        "shown": "v…@example.org",
        "state": NotificationState.DEAD,
        "error": NO_MAILBOX,
        "attempts": 8,
    }
    factories.make_notification(**told, **lost)
    factories.make_notification(subject="Confirm that you want to hear of it", **lost)
