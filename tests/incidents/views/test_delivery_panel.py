"""Who was told, in the room: who was not reached stands first and can be tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import clock, timeline
from incidents.models import Incident, Notification
from incidents.queries.deliveries import read_deliveries
from incidents.states import IncidentState, NotificationState
from tests import factories
from tests.incidents.views.conftest import SignIn


@pytest.fixture
def dead(incident: Incident, engineer: User) -> Notification:
    """A mail that nobody took, told an hour before a page notice that was."""
    before = clock.now() - timedelta(hours=1)
    page = {"incident": incident, "subject": "Update due", "created_at": before}
    factories.make_notification(person=engineer, read_at=before, **page)
    made = factories.make_notification(
        person=engineer,
        shown="Work mail (e-mail e…@example.org)",
        sealed_address="sealed",
        state=NotificationState.DEAD,
        error="550 <no> such mailbox",
        attempts=8,
        **page,
    )
    factories.make_notification(person=engineer, incident=incident, subject="Level 2 fired")
    return made


def _panel(incident: Incident) -> str:
    return f"/incidents/INC-{incident.number}/panels/deliveries/"


def test_who_was_not_reached_stands_first_with_the_reason(
    dead: Notification, incident: Incident, sign_in: SignIn, commander: User
) -> None:
    page = sign_in(commander).get(_panel(incident)).content.decode()

    assert page.index("Update due") < page.index("Level 2 fired")
    assert "550 &lt;no&gt; such mailbox" in page
    assert "tried 8 times" in page
    assert "in the page alone" in page  # of the second, which has no other way
    assert page.count('class="delivery"') == 2
    room = sign_in(commander).get(f"/incidents/INC-{incident.number}/").content.decode()
    assert 'id="deliveries"' in room
    assert "1<span" in room.partition('id="not-reached"')[2][:400]


def test_dead_letter_is_tried_again_also_after_the_end(
    dead: Notification, incident: Incident, sign_in: SignIn, commander: User
) -> None:
    Incident.objects.filter(pk=incident.pk).update(state=IncidentState.RESOLVED)
    Notification.objects.filter(pk=dead.pk).update(kind="incident resolved")
    client = sign_in(commander)
    answer = client.post(
        f"/notifications/{dead.pk}/retry/", headers={"HX-Request": "true"}
    ).content.decode()
    dead.refresh_from_db()

    assert dead.state == NotificationState.WAITING
    assert 'id="deliveries"' in answer
    assert "Try again" not in answer
    assert client.post(f"/notifications/{dead.pk}/retry/").status_code == 409


def test_dead_letter_that_nobody_needs_any_more_has_no_button(
    dead: Notification, incident: Incident, sign_in: SignIn, commander: User
) -> None:
    client = sign_in(commander)
    assert "Try again" in client.get(_panel(incident)).content.decode()

    Notification.objects.filter(pk=dead.pk).update(data={"settled": "3 May 14:03 UTC"})

    page = client.get(_panel(incident)).content.decode()
    assert "Somebody saw to it on 3 May 14:03 UTC. Nobody needs to try again." in page
    assert "Try again" not in page
    assert client.post(f"/notifications/{dead.pk}/retry/").status_code == 409


def test_all_dead_letters_are_tried_again_by_who_works_here(
    dead: Notification,
    incident: Incident,
    sign_in: SignIn,
    commander: User,
    leader: User,
    outsider: User,
) -> None:
    path = f"/incidents/INC-{incident.number}/deliveries/retry/"
    assert sign_in(outsider).post(path).status_code == 404
    assert sign_in(leader).post(path).status_code == 403
    assert "retry" not in sign_in(leader).get(_panel(incident)).content.decode()

    assert sign_in(commander).post(path).status_code == 302
    dead.refresh_from_db()
    assert dead.state == NotificationState.WAITING


def test_groups_recipients_and_removed_channels_are_named(
    incident: Incident, commander: User
) -> None:
    group = Group.objects.create(name="infrastructure")
    room = factories.make_channel(group=group, created_by=commander, kind="webhook")
    for columns in (
        {"channel": room, "shown": "Room (webhook https://x/…)"},
        {"sealed_address": "sealed", "shown": "b…@example.org"},
        {"person": commander, "shown": "Old mail (e-mail c…@example.org)"},
    ):
        factories.make_notification(incident=incident, created_at=incident.started_at, **columns)
    (told,) = read_deliveries(incident).tellings

    assert [(one.who, one.kind) for one in told.deliveries] == [
        ("infrastructure", "webhook"),
        ("A recipient", "email"),
        ("commander", ""),
    ]


def test_panel_asks_the_same_for_few_deliveries_and_many(
    dead: Notification, incident: Incident, sign_in: SignIn, commander: User, engineer: User
) -> None:
    client = sign_in(commander)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(_panel(incident)).status_code == 200
        return len(captured)

    few = asked()
    group = Group.objects.create(name="infrastructure")
    room = factories.make_channel(group=group, created_by=commander)
    for _ in range(10):
        factories.make_notification(incident=incident, channel=room, shown="Room")
        factories.make_notification(incident=incident, person=engineer)
    assert asked() == few


def test_what_was_forgotten_is_said(incident: Incident, sign_in: SignIn, commander: User) -> None:
    client = sign_in(commander)
    assert "Nobody has been told anything yet" in client.get(_panel(incident)).content.decode()

    kind, text = "notification.forgotten", "forgot it"
    timeline.record(incident_id=incident.pk, actor=None, kind=kind, text=text, panels=[])

    assert "so long ago that it was forgotten" in client.get(_panel(incident)).content.decode()
