"""The sessions of a person: listed, ended one by one, all at once, and by a new password."""

from __future__ import annotations

import time
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from incidents.actions.tokens import create_token
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


def _change_password(client: Client, new: str, old: str = PASSWORD, **more: str) -> str:
    form = {"oldpassword": old, "password1": new, "password2": new} | more
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


def test_new_password_ends_own_tokens_unless_the_person_leaves_them(
    sign_in: SignIn, person: User
) -> None:
    token, _secret = create_token(actor=person, name="<deploy>", scopes=["read"], days=9)
    page = sign_in().get("/account/password/").content.decode()
    assert "&lt;deploy&gt;" in page
    assert 'name="revoke_tokens" value="yes" checked' in page

    assert _change_password(sign_in(), NEW) == "/account/"
    token.refresh_from_db()
    assert token.revoked_at is None
    wrong = _change_password(sign_in(password=NEW), PASSWORD, "wrong one", revoke_tokens="yes")
    assert "not your present password" in wrong
    token.refresh_from_db()
    assert token.revoked_at is None

    client = sign_in(password=NEW)
    newest = "a third and still longer password"
    assert _change_password(client, newest, NEW, revoke_tokens="yes") == "/account/"
    token.refresh_from_db()
    assert token.revoked_at is not None
    entry = AdministrationEntry.objects.get(kind="tokens.revoked")
    assert (entry.actor, entry.data["tokens"]) == (person, [str(token)])
    assert "revoke_tokens" not in client.get("/account/password/").content.decode()


def test_admin_has_no_page_of_its_own_for_a_new_password(admin_client: Client) -> None:
    answer = admin_client.get("/admin/password_change/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/password/")


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
    before, out = sign_in(), StringIO()
    token, _secret = create_token(actor=person, name="deploy", scopes=["read"], days=9)
    monkeypatch.setattr("getpass.getpass", lambda **_: NEW)
    call_command("changepassword", person.username, stdout=out)

    assert not _is_in(before)
    assert _is_in(sign_in(password=NEW))
    assert f"Their sessions ended; so did the API tokens {token}." in out.getvalue()
    token.refresh_from_db()
    assert token.revoked_at is not None
    entry = AdministrationEntry.objects.get(kind="person.password")
    assert (entry.actor, entry.source) == (None, "command line")


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
