"""Somebody with the database's file in hand changes what was written: the triggers refuse, and once
those are gone, `manage.py verify` names what is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.callers import Story
from tests.support.processes import Processes

pytestmark = pytest.mark.story

OF_THE_RUN = " WHERE run_id IN (SELECT id FROM incidents_run WHERE incident_id = :incident)"
OF_THE_TIMELINE = " WHERE incident_id = :incident AND number = :number"
CHANGE = "UPDATE incidents_timelineentry SET text = text || '.'" + OF_THE_TIMELINE  # noqa: S608
REMOVE = "DELETE FROM incidents_timelineentry" + OF_THE_TIMELINE  # noqa: S608
RENUMBER = "UPDATE incidents_timelineentry SET number = :other" + OF_THE_TIMELINE  # noqa: S608
CHANGE_OUTPUT = "UPDATE incidents_outputchunk SET text = text || '.'" + OF_THE_RUN  # noqa: S608
CUT_HEAD = "UPDATE incidents_incident SET timeline_count = :number WHERE id = :incident"
TAMPERED = {
    "changed": ([(CHANGE, {"number": 2})], "entry 2: Changed"),
    "removed": ([(REMOVE, {"number": 2})], "entry 2"),
    "swapped": (
        [
            (RENUMBER, {"number": 2, "other": 1000}),
            (RENUMBER, {"number": 3, "other": 2}),
            (RENUMBER, {"number": 1000, "other": 3}),
        ],
        "entries 2 and 3: Swapped.",
    ),
    "cut off": ([(REMOVE, {"number": 3}), (CUT_HEAD, {"number": 2})], "WRONG"),
    "output changed": ([(CHANGE_OUTPUT, {})], "run 1"),
}


@pytest.fixture(scope="module")
def story(processes: Processes) -> Iterator[Story]:
    told = Story(processes)
    yield told
    told.close()


@pytest.fixture(scope="module")
def incident(story: Story) -> int:
    """Three entries: declared, asked for a run, and its end, which has output."""
    declared = story.declares()
    run = story.asks(declared, "connectors describe")
    story.waits_for(run, "succeeded")
    return declared


@pytest.fixture
def copy(story: Story, tmp_path: Path) -> Path:
    """The file as a thief of backups has it, all its triggers gone."""
    path = tmp_path / "copy.sqlite3"
    with (
        sqlite3.connect(story.processes.data / "runbook.sqlite3") as source,
        sqlite3.connect(path) as target,
    ):
        source.backup(target)
    return path


def test_triggers_refuse_in_the_running_instance(story: Story, incident: int) -> None:
    for statement in (CHANGE, REMOVE):
        connection = sqlite3.connect(story.processes.data / "runbook.sqlite3", timeout=60)
        with pytest.raises(sqlite3.IntegrityError, match="insert-only"), connection:
            connection.execute(statement, {"incident": incident, "number": 2})
        connection.close()
    assert "Nothing is wrong." in story.processes.manage("verify")


@pytest.mark.parametrize("kind", TAMPERED)
def test_what_was_done_by_hand_is_named(story: Story, incident: int, copy: Path, kind: str) -> None:
    statements, words = TAMPERED[kind]
    number = story.rows.one("SELECT number FROM incidents_incident WHERE id = ?", incident)
    with sqlite3.connect(copy) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            connection.execute(statement, {"incident": incident, **values})
        for _, text in triggers:
            connection.execute(text)

    with pytest.raises(AssertionError) as said:
        story.processes.manage("verify", DATABASE_URL=f"sqlite:///{copy}")

    assert f"INC-{number}" in str(said.value)
    assert words in str(said.value)
