"""The sessions of a person: listed, ended one by one, all at once, and by a new password."""

from __future__ import annotations

import time

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from incidents.models import AdministrationEntry
from incidents.sign_in.devices import device_of
from tests.incidents.accounts.conftest import PASSWORD, SignIn

NEW = "a newer and longer password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


def _is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def _change_password(client: Client, new: str, old: str = PASSWORD) -> str:
    form = {"oldpassword": old, "password1": new, "password2": new}
    answer = client.post("/account/password/", form)
    return answer.headers.get("Location", "") or answer.content.decode()


def _seen_long_ago(client: Client, seconds: float) -> None:
    session = client.session
    session["seen_at"] = time.time() - seconds
    session.save()


def test_sessions_are_listed_by_device_and_kind_of_network(sign_in: SignIn) -> None:
    sign_in(**{"User-Agent": PHONE})
    here = sign_in(**{"User-Agent": FIREFOX})
    page = here.get("/account/").content.decode()

    for words in ("Safari on iPhone", "Firefox on Linux", "this machine", "this session"):
        assert words in page
    assert "127.0.0.1" not in page


def test_one_session_is_ended_and_the_others_go_on(sign_in: SignIn) -> None:
    lost, here = sign_in(), sign_in()
    row = UserSession.objects.get(session_key=lost.session.session_key)
    here.post(f"/account/sessions/{row.pk}/end/")

    assert (_is_in(lost), _is_in(here)) == (False, True)


def test_all_others_are_ended(sign_in: SignIn) -> None:
    lost, left, here = sign_in(), sign_in(), sign_in()
    here.post("/account/sessions/end/")

    assert (_is_in(lost), _is_in(left), _is_in(here)) == (False, False, True)


def test_nobody_ends_the_session_of_somebody_else(
    sign_in: SignIn, person: User, engineer: User
) -> None:
    theirs = Client()
    theirs.force_login(engineer)
    assert _is_in(theirs)
    row = UserSession.objects.get(user=engineer)
    answer = sign_in().post(f"/account/sessions/{row.pk}/end/")

    assert answer.status_code == 404
    assert _is_in(theirs)


def test_new_password_ends_the_sessions_elsewhere(sign_in: SignIn) -> None:
    elsewhere, here = sign_in(), sign_in()

    assert _change_password(here, NEW) == "/account/"
    assert (_is_in(elsewhere), _is_in(here)) == (False, True)
    assert not _is_in(sign_in())
    assert _is_in(sign_in(password=NEW))
    assert AdministrationEntry.objects.get().kind == "password.changed"


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short one", "too short"),
        ("passwordpassword", "guessed soon"),
        ("123456789012", "guessed soon"),
        ("qwertyuiop[]", "guessed soon"),
        ("Password2026!", "guessed soon"),
        ("commander1234", "too similar"),
    ],
)
def test_weak_password_is_refused_with_the_reason(new: str, why: str, sign_in: SignIn) -> None:
    client = sign_in()

    assert why in _change_password(client, new)
    assert _is_in(sign_in())


def test_present_password_is_asked_for(sign_in: SignIn) -> None:
    assert "not your present password" in _change_password(sign_in(), NEW, old="wrong one")


def test_operator_changes_a_password_on_the_terminal(
    sign_in: SignIn, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sign_in()
    monkeypatch.setattr("getpass.getpass", lambda **_: NEW)
    call_command("changepassword", person.username, verbosity=0)

    assert not _is_in(before)
    assert _is_in(sign_in(password=NEW))


def test_session_that_is_used_lasts_and_is_seen(sign_in: SignIn, settings: Settings) -> None:
    client = sign_in()
    row = UserSession.objects.get(session_key=client.session.session_key)
    _is_in(client)
    row.refresh_from_db()
    before = row.last_seen_at
    _is_in(client)
    row.refresh_from_db()
    assert row.last_seen_at == before

    _seen_long_ago(client, 301)
    _is_in(client)
    row.refresh_from_db()
    assert row.last_seen_at > before
    assert client.session.get_expiry_age() == settings.SESSION_HOURS * 3600


@pytest.mark.parametrize(
    ("agent", "device"),
    [(FIREFOX, "Firefox on Linux"), (PHONE, "Safari on iPhone"), ("", "A browser")],
)
def test_device_is_told_in_few_words(agent: str, device: str) -> None:
    assert device_of(agent) == device
