"""Second factors: setting one up, being asked for it, proving it again, losing it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from pytest_django import Settings

from incidents import clock, second_factor
from incidents.models import AdministrationEntry, Membership
from incidents.states import Role
from tests import factories
from tests.incidents.accounts.conftest import PASSWORD, SignIn, code_of, set_up_app


def _second_step(client: Client, code: str) -> str:
    answer = client.post("/sign-in/second-factor/", {"code": code})
    return answer.headers.get("Location", "") or answer.content.decode()


def _codes(client: Client) -> list[str]:
    return list(client.get("/account/recovery-codes/").context["unused_codes"])


def _proven(client: Client, person: User, rf: RequestFactory) -> datetime | None:
    request = rf.get("/")
    request.session, request.user = client.session, person  # type: ignore[attr-defined]  # as the middleware does
    return second_factor.proven_at(request)


def test_password_alone_is_not_enough_any_more(sign_in: SignIn) -> None:
    secret = set_up_app(sign_in())
    client = sign_in()

    assert client.get("/").status_code == 302
    assert "That did not work" in _second_step(client, "000000")
    assert client.get("/").status_code == 302
    assert _second_step(client, code_of(secret)) == "/"
    assert client.get("/").status_code == 200


def test_page_that_was_asked_for_survives_the_second_step(sign_in: SignIn, person: User) -> None:
    secret = set_up_app(sign_in())
    client = Client()
    form = {"login": person.username, "password": PASSWORD, "next": "/approvals/"}
    client.post("/sign-in/", form)

    assert _second_step(client, code_of(secret)) == "/approvals/"


def test_code_counts_once(sign_in: SignIn) -> None:
    secret = set_up_app(sign_in())
    code = code_of(secret)
    _second_step(sign_in(), code)

    assert "That did not work" in _second_step(sign_in(), code)


def test_wrong_codes_are_throttled(sign_in: SignIn) -> None:
    secret = set_up_app(sign_in())
    client = sign_in()
    right = code_of(secret)
    for _ in range(5):
        _second_step(client, "000000")

    assert "Too many wrong attempts" in _second_step(client, right)


def test_recovery_code_counts_once(sign_in: SignIn) -> None:
    client = sign_in()
    set_up_app(client)
    code = _codes(client)[0]

    assert _second_step(sign_in(), code) == "/"
    assert "That did not work" in _second_step(sign_in(), code)
    assert "9 left" in client.get("/account/").content.decode()


def test_recovery_codes_are_shown_once(sign_in: SignIn) -> None:
    client = sign_in()
    set_up_app(client)
    codes = _codes(client)

    assert len(codes) == 10
    again = client.get("/account/recovery-codes/").content.decode()
    assert [code for code in codes if code in again] == []


def test_secrets_are_sealed_in_the_database(sign_in: SignIn) -> None:
    client = sign_in()
    secret = set_up_app(client)
    codes = _codes(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert [word for word in (secret, *codes) if word in stored] == []


def test_another_secret_key_is_told_in_a_sentence(sign_in: SignIn, settings: Settings) -> None:
    secret = set_up_app(sign_in())
    settings.SECRET_KEY = "another key than the one before, long enough to be one"
    client = sign_in()
    page = _second_step(client, code_of(secret))

    assert "the secret key of this Runbook has changed" in page


def test_an_old_secret_key_that_is_listed_still_opens(sign_in: SignIn, settings: Settings) -> None:
    secret = set_up_app(sign_in())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key than the one before, long enough to be one"

    assert _second_step(sign_in(), code_of(secret)) == "/"


def test_setting_up_asks_for_the_password_first(sign_in: SignIn) -> None:
    answer = sign_in().get("/account/app/add/")

    assert answer.headers["Location"].startswith("/account/prove/password/?next=")


def test_password_alone_does_not_take_the_second_factor_away(sign_in: SignIn) -> None:
    secret = set_up_app(sign_in())
    client = sign_in()
    _second_step(client, code_of(secret))
    client.post("/account/prove/password/", {"password": PASSWORD})
    answer = client.post("/account/app/remove/")

    assert answer.headers["Location"].startswith("/account/prove/code/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_removing_the_app_takes_its_recovery_codes_along(sign_in: SignIn, person: User) -> None:
    secret = set_up_app(sign_in())
    client = sign_in()
    _second_step(client, code_of(secret))
    client.post("/account/prove/code/", {"code": code_of(secret)})
    client.post("/account/app/remove/")

    assert AdministrationEntry.objects.get().text == "removed their authenticator app"
    assert not Authenticator.objects.exists()
    assert not second_factor.is_enrolled(person)


def test_signing_in_with_a_code_proves_it(
    sign_in: SignIn, person: User, rf: RequestFactory
) -> None:
    client = sign_in()
    secret = set_up_app(client)

    assert _proven(client, person, rf) is None
    fresh = sign_in()
    _second_step(fresh, code_of(secret))
    assert second_factor.is_fresh(_proven(fresh, person, rf))


def test_proving_again_leads_back_to_the_approval(
    sign_in: SignIn, person: User, rf: RequestFactory
) -> None:
    client = sign_in()
    secret = set_up_app(client)
    way = second_factor.way_to_prove("/approvals/?one=1")
    page = client.get(way.address, follow=True)
    address = page.redirect_chain[-1][0]
    answer = client.post(address, {"code": code_of(secret), "next": "/approvals/?one=1"})

    assert answer.headers["Location"] == "/approvals/?one=1"
    assert second_factor.is_fresh(_proven(client, person, rf))


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:1"])
def test_proving_again_never_leads_elsewhere(elsewhere: str, sign_in: SignIn) -> None:
    client = sign_in()
    set_up_app(client)
    answer = client.get("/account/prove/", {"next": elsewhere})

    assert answer.headers["Location"] == "/account/prove/code/?next=%2F"


def test_proof_ages(settings: Settings) -> None:
    now = clock.now()
    limit = timedelta(minutes=settings.SECOND_FACTOR_MINUTES)

    assert not second_factor.is_fresh(None)
    assert second_factor.is_fresh(now - limit + timedelta(seconds=5))
    assert not second_factor.is_fresh(now - limit - timedelta(seconds=1))


def test_password_proves_no_second_factor(
    sign_in: SignIn, person: User, rf: RequestFactory
) -> None:
    client = sign_in()
    client.post("/account/prove/password/", {"password": PASSWORD})

    assert _proven(client, person, rf) is None


def test_proof_of_somebody_else_in_the_same_browser_counts_nothing(
    sign_in: SignIn, person: User, engineer: User, rf: RequestFactory
) -> None:
    client = sign_in()
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()

    proven = _proven(client, person, rf)
    assert proven is not None and proven.tzinfo == UTC
    assert _proven(client, engineer, rf) is None


def test_approvers_of_a_protected_environment_are_told_to_set_one_up(
    sign_in: SignIn, person: User
) -> None:
    client = sign_in()
    words = "have no second factor"
    assert words not in client.get("/").content.decode()

    production = factories.make_environment("production", endpoint="")
    type(production).objects.filter(pk=production.pk).update(is_protected=True)
    Membership.objects.create(person=person, environment=production, role=Role.APPROVER)
    assert words in client.get("/").content.decode()

    set_up_app(client)
    assert words not in client.get("/").content.decode()
