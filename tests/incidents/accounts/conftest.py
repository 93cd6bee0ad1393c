"""People with passwords, and what their authenticator app would show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

PASSWORD = "a long enough password"

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def static_folder(settings: Settings) -> None:
    """Nothing is collected for tests; the folder must be there all the same."""
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@pytest.fixture
def person(commander: User) -> User:
    commander.set_password(PASSWORD)
    commander.save()
    return commander


@pytest.fixture
def sign_in(person: User) -> SignIn:
    """Through the page, as people do; `sign_in()` is the person with the right password."""

    def enter(name: str = person.username, password: str = PASSWORD, **headers: str) -> Client:
        client = Client(headers=headers)
        client.post("/sign-in/", {"login": name, "password": password})
        return client

    return enter


@pytest.fixture(autouse=True)
def one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No half minute, for which a code counts, ends between its reading and its typing."""
    now = list(totp.yield_hotp_counters_from_time())
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter(now))


def code_of(secret: str) -> str:
    """What the app shows now. A code counts once, so tests forget that one was used before."""
    cache.clear()
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )


def set_up_app(client: Client) -> str:
    """The secret of an app that was set up through the pages."""
    client.post("/account/prove/password/", {"password": PASSWORD})
    page = client.get("/account/app/add/")
    secret = str(page.context["form"].secret)
    answer = client.post("/account/app/add/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/account/recovery-codes/"
    return secret
