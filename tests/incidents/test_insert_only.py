"""The database itself refuses to change or delete what a ledger, a decision or a source says."""
# ruff: noqa: S608  (tables and columns are this file's own)

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from incidents import administration, clock, timeline
from incidents.models import (
    AdministrationEntry,
    Approval,
    Decision,
    Incident,
    Revision,
    TimelineEntry,
    insert_only,
)
from tests import factories

pytestmark = pytest.mark.django_db

ROWS = {
    "incidents_timelineentry": TimelineEntry,
    "incidents_administrationentry": AdministrationEntry,
    "incidents_decision": Decision,
    "incidents_revision": Revision,
}
WORDS = {
    "incidents_timelineentry": "text",
    "incidents_administrationentry": "text",
    "incidents_decision": "words",
    "incidents_revision": "digest",
}


@pytest.fixture
def written(incident: Incident, commander: User, engineer: User) -> None:
    """One row in each table."""
    timeline.record(
        incident_id=incident.pk, actor=commander, kind="step.ticked", text="ticked", panels=[]
    )
    administration.record(actor=commander, kind="role.granted", text="granted")
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    asked: Approval = factories.make_waiting_approval(command, commander)
    asked.decisions.create(
        person=engineer, verdict="approved", digest=asked.digest, at=clock.now(), words="yes"
    )


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.usefixtures("written")
def test_rows_cannot_be_changed_or_deleted_by_our_own_code(table: str) -> None:
    row = ROWS[table].objects.first()  # type: ignore[attr-defined]
    setattr(row, WORDS[table], "other")
    for attempt in (row.save, row.delete, ROWS[table].objects.all().delete):  # type: ignore[attr-defined]
        with pytest.raises(DatabaseError, match=r"insert-only|protected"), transaction.atomic():
            attempt()
    assert ROWS[table].objects.count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.usefixtures("written")
def test_rows_cannot_be_changed_by_hand(table: str) -> None:
    statements = [
        f"UPDATE {table} SET {WORDS[table]} = 'other'",
        f"UPDATE {table} SET id = id + 1000",
        f"DELETE FROM {table}",
    ]
    if connection.vendor == "postgresql":
        connection.check_constraints()  # what is deferred would refuse it first
        statements.append(f"TRUNCATE {table} CASCADE")
    else:
        statements.append(f"REPLACE INTO {table} SELECT * FROM {table}")
    for statement in statements:
        with (
            pytest.raises(DatabaseError, match="insert-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.usefixtures("written")
def test_replacing_by_number_is_refused_too() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no REPLACE")
    columns = [field.column for field in TimelineEntry._meta.concrete_fields if field.name != "id"]
    names = ", ".join(columns)
    with (
        pytest.raises(DatabaseError, match="insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"REPLACE INTO incidents_timelineentry ({names})"
            f" SELECT {names} FROM incidents_timelineentry"
        )


def test_incident_with_a_timeline_cannot_be_deleted(incident: Incident) -> None:
    timeline.record(incident_id=incident.pk, actor=None, kind="step.ticked", text="", panels=[])
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        incident.delete()


def test_every_table_is_protected_after_all_migrations() -> None:
    """A migration that makes one of these tables anew must protect it again."""
    assert insert_only.missing(connection) == []


NOTHING_ON_SQLITE = [
    "DROP TRIGGER incidents_decision_no_update",
    (
        "CREATE TRIGGER incidents_decision_no_update BEFORE UPDATE ON incidents_decision"
        " WHEN 0 BEGIN SELECT RAISE(ABORT, 'incidents_decision is insert-only'); END"
    ),
]
NOTHING_ON_POSTGRES = [
    "CREATE FUNCTION lets_through() RETURNS trigger AS 'BEGIN RETURN NEW; END' LANGUAGE plpgsql",
    "DROP TRIGGER incidents_decision_insert_only ON incidents_decision",
    (
        "CREATE TRIGGER incidents_decision_insert_only"
        " BEFORE UPDATE OR DELETE ON incidents_decision"
        " FOR EACH ROW EXECUTE FUNCTION lets_through()"
    ),
    "DROP TRIGGER incidents_revision_insert_only ON incidents_revision",
    (
        "CREATE TRIGGER incidents_revision_insert_only"
        " BEFORE UPDATE OR DELETE ON incidents_revision"
        " FOR EACH ROW WHEN (false) EXECUTE FUNCTION incidents_is_insert_only()"
    ),
    "DROP TRIGGER incidents_timelineentry_insert_only ON incidents_timelineentry",
    (
        "CREATE TRIGGER incidents_timelineentry_insert_only"
        " BEFORE DELETE ON incidents_timelineentry"
        " FOR EACH ROW EXECUTE FUNCTION incidents_is_insert_only()"
    ),
]


def change(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_triggers_that_refuse_nothing_are_named() -> None:
    """Of the same names, and on the same tables."""
    if connection.vendor == "postgresql":
        change(*NOTHING_ON_POSTGRES)
        expected = [f"incidents_{table}" for table in ("decision", "revision", "timelineentry")]
        assert insert_only.missing(connection) == [f"{table}_insert_only" for table in expected]
    else:
        change(*NOTHING_ON_SQLITE)
        assert insert_only.missing(connection) == ["incidents_decision_no_update"]
    insert_only.protect(connection)
    assert insert_only.missing(connection) == []


def test_function_of_postgres_that_refuses_nothing_is_named() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's triggers have no function")
    change(
        "CREATE OR REPLACE FUNCTION incidents_is_insert_only() RETURNS trigger AS"
        " 'BEGIN RETURN NEW; END' LANGUAGE plpgsql"
    )
    assert len(insert_only.missing(connection)) == 8
    insert_only.protect(connection)
    assert insert_only.missing(connection) == []


def test_missing_and_switched_off_triggers_are_named() -> None:
    if connection.vendor == "postgresql":
        statement = "ALTER TABLE incidents_decision DISABLE TRIGGER incidents_decision_insert_only"
        expected = ["incidents_decision_insert_only"]
    else:
        statement = "DROP TRIGGER incidents_decision_no_delete"
        expected = ["incidents_decision_no_delete"]
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert insert_only.missing(connection) == expected
    insert_only.protect(connection)
    assert insert_only.missing(connection) == []
