"""Signing in with name and password: who gets in, who does not, who has to wait."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from pytest_django import Settings

from incidents.sign_in import throttle
from tests.incidents.accounts.conftest import PASSWORD, SignIn

WRONG = "not the password"


def _is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def _try(client: Client, name: str, password: str, address: str = "198.51.100.1") -> str:
    answer = client.post("/sign-in/", {"login": name, "password": password}, REMOTE_ADDR=address)
    return answer.content.decode()


def test_right_password_opens_the_page_that_was_asked_for(person: User) -> None:
    client = Client()
    form = {"login": person.username, "password": PASSWORD, "next": "/approvals/"}
    answer = client.post("/sign-in/", form)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/approvals/")
    assert _is_in(client)


def test_page_of_another_host_is_not_followed(person: User) -> None:
    form = {"login": person.username, "password": PASSWORD, "next": "https://example.com/"}
    answer = Client().post("/sign-in/", form)

    assert answer.headers["Location"] == "/"


def test_wrong_password_says_so_and_stays_out(sign_in: SignIn, person: User) -> None:
    client = sign_in(password=WRONG)

    assert not _is_in(client)
    assert "do not fit together" in _try(client, person.username, WRONG)


def test_nobody_can_tell_whether_a_name_exists(person: User) -> None:
    assert "do not fit together" in _try(Client(), "nobody-of-this-name", WRONG)


def test_who_was_switched_off_stays_out(sign_in: SignIn, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert not _is_in(sign_in())


def test_sign_up_and_password_by_mail_are_not_there(db: None) -> None:
    client = Client()
    for path in ("/accounts/signup/", "/account/signup/", "/accounts/password/reset/"):
        assert client.get(path).status_code in (302, 404)
    assert "signup" not in client.get("/sign-in/").content.decode()


def test_sixth_failure_for_a_name_waits_from_wherever_it_comes(person: User) -> None:
    for number in range(5):
        _try(Client(), person.username, WRONG, address=f"198.51.100.{number}")
    page = _try(Client(), person.username.upper(), PASSWORD, address="203.0.113.9")

    assert "Too many wrong attempts. Try again in 5 minutes" in page


def test_a_name_that_waits_does_not_hold_up_others(person: User, engineer: User) -> None:
    for _ in range(6):
        _try(Client(), "engineer", WRONG)
    client = Client()
    _try(client, person.username, PASSWORD)

    assert _is_in(client)


def test_many_names_from_one_address_wait(person: User) -> None:
    for number in range(20):
        _try(Client(), f"guess-{number}", WRONG, address="203.0.113.9")

    assert "Too many wrong attempts" in _try(
        Client(), person.username, PASSWORD, address="203.0.113.9"
    )
    client = Client()
    _try(client, person.username, PASSWORD, address="198.51.100.77")
    assert _is_in(client)


def test_what_clients_write_into_forwarded_for_does_not_help(person: User) -> None:
    for number in range(20):
        client = Client(headers={"X-Forwarded-For": f"203.0.113.{number}"})
        _try(client, f"guess-{number}", WRONG)

    assert "Too many wrong attempts" in _try(Client(), "one-more", WRONG)


def test_right_passwords_are_not_counted(person: User) -> None:
    for _ in range(25):
        _try(Client(), person.username, PASSWORD)
    client = Client()
    _try(client, person.username, PASSWORD)

    assert _is_in(client)


def test_waiting_ends(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        _try(Client(), person.username, WRONG)
    late = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: late)
    client = Client()
    _try(client, person.username, PASSWORD)

    assert _is_in(client)


def test_administrator_lets_a_person_try_again(person: User, rf: RequestFactory) -> None:
    for _ in range(6):
        _try(Client(), person.username, WRONG)
    throttle.forgive(rf.get("/"), username=person.username, person_id=person.pk)
    client = Client()
    _try(client, person.username, PASSWORD)

    assert _is_in(client)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "a second"), (90, "90 seconds"), (91, "2 minutes")]
)
def test_wait_is_told_in_words(seconds: int, words: str) -> None:
    assert throttle.in_words(seconds) == words


def test_passwords_can_be_switched_off(sign_in: SignIn, settings: Settings) -> None:
    settings.LOCAL_PASSWORDS = False

    assert not _is_in(sign_in())
    assert 'name="password"' not in Client().get("/sign-in/").content.decode()


def test_admin_has_no_way_in_of_its_own(person: User) -> None:
    answer = Client().post("/admin/login/", {"username": person.username, "password": PASSWORD})

    assert answer.headers["Location"].startswith("/sign-in/?next=")


def test_admin_is_closed_to_people_who_are_no_staff(sign_in: SignIn) -> None:
    client = sign_in()

    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    client = sign_in()
    key = client.session.session_key
    client.post("/sign-out/")

    assert not _is_in(client)
    client.cookies["sessionid"] = key or ""
    assert not _is_in(client)
