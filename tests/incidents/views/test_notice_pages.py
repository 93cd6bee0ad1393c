"""The bell in the bar and the list behind it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents.models import Incident, Notification
from tests import factories
from tests.incidents.views.conftest import SignIn


def bell(client: Client) -> str:
    page = client.get("/notifications/bell/").content.decode()
    found = re.search(r'data-waiting="(\d+)"', page)
    assert found
    return found[1]


def test_bell_counts_and_reading_takes_away(
    sign_in: SignIn, engineer: User, commander: User
) -> None:
    client = sign_in(engineer)
    first, second = (factories.make_notification(person=engineer) for _ in range(2))
    factories.make_notification(person=commander, subject="not mine")
    assert bell(client) == "2"
    page = client.get("/notifications/").content.decode()
    assert "not mine" not in page
    assert f'name="newest" value="{second.pk}"' in page

    assert client.post(f"/notifications/{first.pk}/read/").status_code == 302
    assert bell(client) == "1"
    drawn = client.post(
        "/notifications/read/", {"newest": second.pk}, headers={"HX-Request": "true"}
    )
    assert "All read." in drawn.content.decode()
    assert bell(client) == "0"
    assert bell(sign_in(commander)) == "1"


def test_notice_of_another_is_not_there(sign_in: SignIn, engineer: User, commander: User) -> None:
    theirs = factories.make_notification(person=commander)
    client = sign_in(engineer)

    for deed in ("read", "open"):
        assert client.post(f"/notifications/{theirs.pk}/{deed}/").status_code == 404
    assert Notification.objects.get().read_at is None


def test_page_and_bell_forget_the_incident_with_the_last_role(
    sign_in: SignIn, incident: Incident, engineer: User
) -> None:
    factories.make_notification(person=engineer, incident=incident, subject="main is too small")
    client = sign_in(engineer)
    assert "main is too small" in client.get("/notifications/").content.decode()

    engineer.memberships.all().delete()

    assert "main is too small" not in client.get("/notifications/").content.decode()
    assert "main is too small" not in client.get("/notifications/bell/").content.decode()
    assert bell(client) == "0"


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("/approvals/3/", "/approvals/3/"),
        ("https://elsewhere.example/", "/notifications/"),
        ("//elsewhere.example/", "/notifications/"),
        ("", "/notifications/"),
    ],
)
def test_opening_reads_and_leads_to_a_page_of_ours(
    link: str, leads_to: str, sign_in: SignIn, engineer: User
) -> None:
    notice = factories.make_notification(person=engineer, link=link)
    answer = sign_in(engineer).post(f"/notifications/{notice.pk}/open/")

    assert answer.headers["Location"] == leads_to
    assert Notification.objects.exclude(read_at=None).exists()


def test_words_of_a_notice_are_shown_as_they_are(
    sign_in: SignIn, engineer: User, incident: Incident
) -> None:
    factories.make_notification(
        person=engineer, incident=incident, subject="<b>Level</b> 2", link="/", body="a\nb"
    )
    page = sign_in(engineer).get("/notifications/").content.decode()

    assert "&lt;b&gt;Level&lt;/b&gt; 2" in page
    assert incident.name in page


def test_looking_at_the_bell_does_not_keep_a_session_alive(sign_in: SignIn, engineer: User) -> None:
    client = sign_in(engineer)
    session = client.session
    session["seen_at"] = 0
    session.save()
    bell(client)
    assert client.session["seen_at"] == 0

    client.get("/notifications/")
    assert client.session["seen_at"] > 0
