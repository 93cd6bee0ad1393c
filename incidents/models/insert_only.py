"""Triggers that keep rows as they were written. Whoever can drop a trigger is found by
`manage.py verify`; these keep everybody else, our own code included, from changing the past."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = {
    "incidents_timelineentry": ("incident_id", "number"),
    "incidents_administrationentry": ("number",),
    "incidents_decision": ("approval_id", "person_id"),
    "incidents_revision": ("runbook_id", "number"),
}
"""Each with what tells its rows apart, besides `id`."""

_VERBS = ("UPDATE", "DELETE", "INSERT")

_REFUSAL = """
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
"""
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION incidents_is_insert_only() RETURNS trigger AS $${_REFUSAL}$$
LANGUAGE plpgsql
"""

_BEFORE_EACH_CHANGE, _BEFORE_TRUNCATE = 1 | 2 | 8 | 16, 2 | 32
"""`tgtype` of PostgreSQL: for each row 1, before 2, DELETE 8, UPDATE 16, TRUNCATE 32."""

_STANDING = """
SELECT t.tgname, c.relname, t.tgtype, l.lanname, p.prosrc
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr = ''
AND pg_table_is_visible(c.oid)
"""
"""Switched on, without a condition and for every column."""

_Trigger = tuple[object, ...]


def protect(connection: BaseDatabaseWrapper) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on every table of `TABLES`. Done again, it is harmless."""
    _run(connection, _forget(connection))
    if connection.vendor == "postgresql":
        _run(connection, [_FUNCTION, *(text for table in TABLES for text in _postgres(table))])
    else:
        _run(connection, [text for table in TABLES for text in _sqlite(table)])


def unprotect(connection: BaseDatabaseWrapper) -> None:
    """For a migration backwards, and for tests that empty their database."""
    _run(connection, _forget(connection))


def _postgres(table: str) -> list[str]:
    """By row: deleting what belongs to a parent deletes nothing where it has nothing."""
    each = {"ROW": "UPDATE OR DELETE", "STATEMENT": "TRUNCATE"}
    return [
        f"CREATE TRIGGER {name} BEFORE {each[scope]} ON {table}"
        f" FOR EACH {scope} EXECUTE FUNCTION incidents_is_insert_only()"
        for scope, name in zip(each, _postgres_names(table), strict=True)
    ]


def _postgres_names(table: str) -> tuple[str, str]:
    return f"{table}_insert_only", f"{table}_no_truncate"


def _sqlite(table: str) -> list[str]:
    """REPLACE deletes the row in its way without a word to a trigger on DELETE: a third trigger
    refuses to insert what is there already."""
    same = " AND ".join(f"{column} = NEW.{column}" for column in TABLES[table])
    there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR ({same}))"  # noqa: S608  (our own names)
    conditions = {"UPDATE": "", "DELETE": "", "INSERT": there}
    return [
        f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table} {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        for verb, condition in conditions.items()
    ]


def _forget(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {name} ON {table}"
            for table in TABLES
            for name in _postgres_names(table)
        ]
    return [f"DROP TRIGGER IF EXISTS {_name(table, verb)}" for table in TABLES for verb in _VERBS]


def _name(table: str, verb: str) -> str:
    return f"{table}_no_{verb.lower()}"


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that are not there as they are made here: gone, switched off, on another
    table, for less, or with a body that refuses nothing."""
    if connection.vendor == "postgresql":
        wanted, standing = set(_wanted_of_postgres()), _STANDING
    else:
        wanted = {(_words(text),) for table in TABLES for text in _sqlite(table)}
        standing = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(standing)
        present = {tuple(map(_words, row)) for row in cursor.fetchall()}
    return sorted(_name_in(trigger) for trigger in wanted - present)


def _wanted_of_postgres() -> Iterator[_Trigger]:
    kinds = (_BEFORE_EACH_CHANGE, _BEFORE_TRUNCATE)
    for table in TABLES:
        for name, kind in zip(_postgres_names(table), kinds, strict=True):
            yield name, table, kind, "plpgsql", _words(_REFUSAL)


def _words(found: object) -> object:
    """Databases keep the text as it was written; how it was broken into lines means nothing."""
    return " ".join(found.split()) if isinstance(found, str) else found


def _name_in(trigger: _Trigger) -> str:
    """PostgreSQL gives the name, SQLite the statement that made it."""
    first = str(trigger[0])
    return first.removeprefix("CREATE TRIGGER ").split()[0]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
