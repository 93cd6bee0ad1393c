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
