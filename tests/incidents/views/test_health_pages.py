"""What machines that watch us are told."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from incidents import clock
from incidents.models import Heartbeat
from tests.incidents.conftest import SetClock
from tests.incidents.views.conftest import SignIn


def test_live_needs_no_sign_in(db: None) -> None:
    answer = Client().get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


def test_ready_when_every_part_is_well(db: None, redis_url: str, settings: Settings) -> None:
    settings.REDIS_URL = redis_url
    for process in ("clock", "worker reads", "worker changes"):
        Heartbeat.objects.create(process=process, at=clock.now())
    answer = Client().get("/health/ready")

    assert answer.status_code == 200
    assert {name: part["ok"] for name, part in answer.json()["parts"].items()} == {
        "database": True,
        "redis": True,
        "clock": True,
        "worker reads": True,
        "worker changes": True,
    }
    ages = {name: part["age"] for name, part in answer.json()["parts"].items()}
    assert (ages["database"], ages["redis"]) == (0, 0)


def test_sign_of_life_from_the_future_is_none(
    db: None, redis_url: str, settings: Settings, set_clock: SetClock
) -> None:
    """The clock was set back by an hour, and the clock process is gone."""
    settings.REDIS_URL = redis_url
    for process, ahead in (("clock", 3600), ("worker reads", 5), ("worker changes", 0)):
        Heartbeat.objects.create(process=process, at=set_clock.at + timedelta(seconds=ahead))
    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    found = {name: part["ok"] for name, part in answer.json()["parts"].items()}
    assert [name for name, is_well in found.items() if not is_well] == ["clock"]


def test_not_ready_names_the_silent_and_the_absent(db: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    Heartbeat.objects.create(process="clock", at=clock.now() - timedelta(minutes=5))
    answer = Client().get("/health/ready")
    parts = answer.json()["parts"]

    assert answer.status_code == 503
    assert parts["redis"]["ok"] is False
    assert (parts["clock"]["ok"], parts["clock"]["age"] >= 300) == (False, True)
    assert parts["worker reads"] == parts["worker changes"] == {"ok": False, "age": None}


def test_life_is_answered_without_the_database_whoever_asks(
    sign_in: SignIn, engineer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(engineer)
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200
