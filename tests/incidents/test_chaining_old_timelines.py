"""An installation from before there was a chain: its entries are chained where they stand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from incidents import ledger
from incidents.models import Incident, TimelineEntry, insert_only

OLD = "old"
BEFORE = [("incidents", "0002_programs_and_networks")]
AT = datetime(2026, 11, 1, 3, 0, 0, 123456, tzinfo=UTC)


def as_of_then() -> Any:
    """The models of then, after the first migrations one by one: new databases take all as one."""
    executor = MigrationExecutor(connections[OLD])
    executor.loader = MigrationLoader(connections[OLD], replace_migrations=False)
    executor.migrate(BEFORE)
    return executor.loader.project_state(BEFORE).apps


def bring_up_to_date() -> None:
    executor = MigrationExecutor(connections[OLD])
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def old(tmp_path: Path, django_db_blocker: Any, settings: Any) -> Iterator[Any]:
    """The models of then, in a database file of their own."""
    settings.MIGRATION_MODULES = {}  # other tests go without them
    connections.databases[OLD] = connections.databases["default"] | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "old.sqlite3",
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        yield as_of_then()
        connections[OLD].close()
        del connections[OLD]
        del connections.databases[OLD]


def declare(models: Any, number: int, texts: list[str]) -> None:
    get = models.get_model
    user, _ = get("auth", "User").objects.using(OLD).get_or_create(username="ada")
    place, _ = get("incidents", "Environment").objects.using(OLD).get_or_create(name="staging")
    book, _ = get("incidents", "Runbook").objects.using(OLD).get_or_create(slug="a", title="A")
    revision, _ = (
        get("incidents", "Revision")
        .objects.using(OLD)
        .get_or_create(
            runbook=book, number=1, defaults={"source": b"#", "digest": "0", "created_at": AT}
        )
    )
    incident = (
        get("incidents", "Incident")
        .objects.using(OLD)
        .create(
            number=number,
            title="t",
            severity="P1",
            environment=place,
            revision=revision,
            commander=user,
            started_at=AT,
            timeline_count=len(texts),
        )
    )
    for count, text in enumerate(texts, start=1):
        incident.timeline.create(
            number=count,
            at=AT,
            actor=user if count % 2 else None,
            kind="step.ticked",
            text=text,
            data={"step": count, "n": 1e16},
        )


def test_old_entries_are_chained_and_then_protected(old: Any) -> None:
    declare(old, 4, ["declared", "ticked \N{SNOWMAN}", "run"])
    declare(old, 5, [])
    bring_up_to_date()
    entries = list(TimelineEntry.objects.using(OLD).filter(incident__number=4).order_by("number"))
    previous = ledger.FIRST
    for entry in entries:
        facts = ledger.facts_of(
            ledger="INC-4",
            number=entry.number,
            at=AT,
            actor="ada" if entry.number % 2 else "",
            source="",
            kind="step.ticked",
            text=entry.text,
            data=entry.data,
        )
        assert entry.previous == previous
        previous = ledger.digest_of(previous, facts)
        assert entry.digest == previous
        assert ledger.is_sealed(entry.digest, entry.seal)
    four, five = Incident.objects.using(OLD).order_by("number")
    assert (four.timeline_count, four.timeline_head) == (3, previous)
    assert four.timeline_seal == ledger.seal_of_head("INC-4", 3, previous)
    assert (five.timeline_count, five.timeline_head, five.timeline_seal) == (0, "", "")
    assert insert_only.missing(connections[OLD]) == []
