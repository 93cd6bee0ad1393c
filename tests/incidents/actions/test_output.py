"""The keeper of a run: nothing that a command prints or the database does may hang it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection

from incidents.actions.output import RunKeeper
from incidents.models import Incident, OutputChunk, Run
from incidents.states import RunState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(incident: Incident, commander: User) -> Run:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    return factories.make_run(command, commander, RunState.RUNNING, token=1)


def kept(run: Run, *texts: str) -> list[str]:
    """What is stored of the texts; fails when the keeper does not end."""

    def work() -> None:
        try:
            with RunKeeper(run) as keeper:
                for text in texts:
                    keeper.emit(text)
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "the keeper hangs"
    chunks = OutputChunk.objects.filter(run=run).order_by("first")
    return [line for chunk in chunks for line in chunk.text.split("\n")]


def test_keeper_stores_what_no_database_takes_in_another_form(run: Run) -> None:
    assert kept(run, "zero \x00 byte", "half \ud800 pair") == [
        "zero \N{REPLACEMENT CHARACTER} byte",
        "half ? pair",
    ]


def test_keeper_stores_once_what_was_committed_without_an_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunKeeper._store
    answers: list[OperationalError] = [OperationalError("the connection was lost")]

    def lose_an_answer(self: RunKeeper, lines: list[str]) -> bool:
        stored = store(self, lines)
        if answers:
            raise answers.pop()
        return stored

    monkeypatch.setattr(RunKeeper, "_store", lose_an_answer)

    assert kept(run, "first\nsecond") == ["first", "second"]
    run.refresh_from_db()
    assert run.last_line == 2


def test_keeper_ends_when_output_can_never_be_stored(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> bool:
        raise ValueError("a fault of our own")

    monkeypatch.setattr(RunKeeper, "_store", refuse)

    assert kept(run, "anything") == []
