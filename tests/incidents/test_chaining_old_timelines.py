"""An installation from before there was a chain: its entries are chained where they stand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from incidents import ledger
from incidents.models import Incident, TimelineEntry, insert_only

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("incidents", "0002_programs_and_networks")]
AT = datetime(2026, 11, 1, 3, 0, 0, 123456, tzinfo=UTC)


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def latest() -> list[tuple[str, str]]:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    return [leaf for leaf in leaves if leaf[0] == "incidents"]


@pytest.fixture
def old() -> Iterator[Any]:
    """The models of then; what is now is put back afterwards, whatever happens."""
    insert_only.unprotect(connection)
    try:
        yield migrate(BEFORE)
    finally:
        migrate(latest())


def declare(models: Any, number: int, texts: list[str]) -> None:
    get = models.get_model
    user, _ = get("auth", "User").objects.get_or_create(username="ada")
    place, _ = get("incidents", "Environment").objects.get_or_create(name="staging")
    book, _ = get("incidents", "Runbook").objects.get_or_create(slug="a", title="A")
    revision, _ = get("incidents", "Revision").objects.get_or_create(
        runbook=book, number=1, defaults={"source": b"#", "digest": "0", "created_at": AT}
    )
    incident = get("incidents", "Incident").objects.create(
        number=number,
        title="t",
        severity="P1",
        environment=place,
        revision=revision,
        commander=user,
        started_at=AT,
        timeline_count=len(texts),
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
    migrate(latest())
    entries = list(TimelineEntry.objects.filter(incident__number=4).order_by("number"))
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
    four, five = Incident.objects.order_by("number")
    assert (four.timeline_count, four.timeline_head) == (3, previous)
    assert four.timeline_seal == ledger.seal_of_head("INC-4", 3, previous)
    assert (five.timeline_count, five.timeline_head, five.timeline_seal) == (0, "", "")
    assert insert_only.missing(connection) == []
