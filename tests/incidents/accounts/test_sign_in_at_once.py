"""Many at the same instant: no guess more is heard, and what counts once counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.incidents.accounts.conftest import PASSWORD, SignIn, code_of, set_up_app
from tests.incidents.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def forgotten_counts(transactional_db: None) -> Iterator[None]:
    """The table of counts has no model, so nobody empties it after a test without a transaction."""
    cache.clear()
    yield
    cache.clear()


def _guess(name: str) -> Callable[[], str]:
    def guess() -> str:
        answer = Client().post("/sign-in/", {"login": name, "password": "a wrong one"})
        return "heard" if "do not fit" in answer.content.decode() else "refused"

    return guess


def _enter_as(name: str) -> Callable[[], bool]:
    def enter() -> bool:
        form = {"login": name, "password": PASSWORD}
        return Client().post("/sign-in/", form).status_code == 302

    return enter


def _second_step(client: Client, code: str) -> Callable[[], bool]:
    def step() -> bool:
        return client.post("/sign-in/second-factor/", {"code": code}).status_code == 302

    return step


def test_guesses_at_the_same_instant_are_not_heard_more_often(person: User) -> None:
    answers = at_once(*[_guess(person.username)] * 12)

    assert 1 <= answers.count("heard") <= 5


def test_many_people_behind_one_address_get_in_at_once() -> None:
    names = [f"person-{number}" for number in range(16)]
    for name in names:
        User.objects.create_user(name, password=PASSWORD)

    assert at_once(*map(_enter_as, names)) == [True] * len(names)


def test_one_code_lets_one_of_two_in(sign_in: SignIn) -> None:
    secret = set_up_app(sign_in())
    first, second = sign_in(), sign_in()
    code = code_of(secret)

    assert sorted(at_once(_second_step(first, code), _second_step(second, code))) == [False, True]


def test_one_recovery_code_lets_one_of_two_in(sign_in: SignIn) -> None:
    client = sign_in()
    set_up_app(client)
    code = client.get("/account/recovery-codes/").context["unused_codes"][0]
    first, second = sign_in(), sign_in()

    assert sorted(at_once(_second_step(first, code), _second_step(second, code))) == [False, True]
