"""Triggers that keep rows as they were written. Whoever can drop a trigger is found by
`incidents.ledger`; these keep everybody else, our own code included, from changing the past."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = (
    "incidents_timelineentry",
    "incidents_administrationentry",
    "incidents_decision",
    "incidents_revision",
)

_FUNCTION = """
CREATE OR REPLACE FUNCTION incidents_is_insert_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$ LANGUAGE plpgsql
"""


def protect(connection: BaseDatabaseWrapper) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on every table of `TABLES`. Done again, it is harmless."""
    _run(connection, _forget(connection))
    if connection.vendor == "postgresql":
        _run(connection, [_FUNCTION, *(_postgres(table) for table in TABLES)])
    else:
        _run(connection, [text for table in TABLES for text in _sqlite(table)])


def unprotect(connection: BaseDatabaseWrapper) -> None:
    """For a migration backwards, and for tests that empty their database."""
    _run(connection, _forget(connection))


def _postgres(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION incidents_is_insert_only()"
    )


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _forget(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}" for table in TABLES]
    return [
        f"DROP TRIGGER IF EXISTS {_name(table, verb)}"
        for table in TABLES
        for verb in ("UPDATE", "DELETE")
    ]


def _name(table: str, verb: str) -> str:
    return f"{table}_no_{verb.lower()}"


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
