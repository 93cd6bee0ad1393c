"""Dead letters that are no incident's are seen and tried again by who looks after the whole."""

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, Notification
from tests import factories
from tests.incidents.views.conftest import SignIn

PAGE = "/notifications/undelivered/"


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture
def dead(superuser: User, incident: Incident) -> Notification:
    where = {"shown": "b…@example.com", "sealed_address": "sealed"}
    columns = {"state": "dead", "error": "The server <said> no.", **where}
    factories.make_notification(subject="Of an incident", incident=incident, **columns)
    factories.make_notification(subject="A test", kind="test", **columns)
    return factories.make_notification(subject="All is well", kind="status", **columns)


def test_superuser_sees_what_was_not_delivered_and_tries_again(
    dead: Notification, superuser: User, sign_in: SignIn
) -> None:
    client = sign_in(superuser)

    assert "1 could not be delivered" in client.get("/notifications/").content.decode()
    page = client.get(PAGE).content.decode()
    assert ("All is well" in page, "Of an incident" in page, "A test" in page) == (
        *(True, False, False),
    )
    assert "The server &lt;said&gt; no." in page
    answer = client.post(f"/notifications/{dead.pk}/retry/")

    assert answer.headers["Location"] == PAGE
    dead.refresh_from_db()
    assert dead.state == "waiting"
    assert "Everything arrived" in client.get(PAGE).content.decode()


def test_others_do_not(dead: Notification, commander: User, sign_in: SignIn) -> None:
    client = sign_in(commander)

    assert client.get(PAGE).status_code == 403
    assert client.post(f"/notifications/{dead.pk}/retry/").status_code == 404
    assert "could not be delivered" not in client.get("/notifications/").content.decode()
