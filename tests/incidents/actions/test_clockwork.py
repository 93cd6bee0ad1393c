"""One pass of the clock: what fails must not take the rest with it."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from incidents.actions import clockwork
from incidents.models import Heartbeat
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db


def fails() -> int:
    raise ValueError("a row that nobody expected")


def test_tick_does_the_rest_when_one_kind_of_row_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "SWEEPS", (fails, lambda: 2))

    assert clockwork.tick() == 2
    assert Heartbeat.objects.filter(process="clock").exists()


def test_tick_gives_the_pass_up_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise OperationalError("the database is starting up")

    monkeypatch.setattr(clockwork, "SWEEPS", (away, lambda: 2))

    with pytest.raises(OperationalError):
        clockwork.tick()


def test_signs_of_life_go_on_after_the_clock_was_set_back(set_clock: SetClock) -> None:
    clockwork.beat("clock")
    clockwork.worker_beat("reads")
    set_clock.advance(-3600)

    assert clockwork.beat("clock")
    clockwork.worker_beat("reads")
    assert not clockwork.beat("clock")
    assert {one.at for one in Heartbeat.objects.all()} == {set_clock.at}
    set_clock.advance(-2)
    assert not clockwork.beat("clock")
