"""The database flags that Cloud SQL knows here, by database version: types and ranges.

A selection of the flags of Google's page "Configure database flags", those that incidents touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from runbook.simulator.errors import Refusal
from runbook.simulator.store import Resource

_INT_MAX = 2_147_483_647
_POSTGRES = ("POSTGRES_13", "POSTGRES_14", "POSTGRES_15", "POSTGRES_16", "POSTGRES_17")
_MYSQL = ("MYSQL_5_7", "MYSQL_8_0", "MYSQL_8_4")


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. Only integers have `low` and `high`, only strings have `words`."""

    name: str
    type: Literal["INTEGER", "BOOLEAN", "STRING", "FLOAT"]
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()
    needs_restart: bool = False
    versions: tuple[str, ...] = _POSTGRES

    def shown(self) -> Resource:
        """The flag as sql#flag."""
        shown: Resource = {
            "kind": "sql#flag",
            "name": self.name,
            "type": self.type,
            "appliesTo": list(self.versions),
            "requiresRestart": self.needs_restart,
        }
        if self.type == "INTEGER":
            shown |= {"minValue": str(self.low), "maxValue": str(self.high)}
        if self.words:
            shown["allowedStringValues"] = list(self.words)
        return shown

    def accepts(self, value: str) -> bool:
        if self.type == "INTEGER":
            digits = value.removeprefix("-")
            return digits.isdecimal() and self.low <= int(value) <= self.high
        if self.type == "BOOLEAN":
            return value in ("on", "off")
        if self.type == "FLOAT":
            return value.replace(".", "", 1).isdecimal()
        return not self.words or value in self.words


def _integer(
    name: str,
    low: int,
    high: int,
    *,
    needs_restart: bool = False,
    versions: tuple[str, ...] = _POSTGRES,
) -> Flag:
    return Flag(name, "INTEGER", low=low, high=high, needs_restart=needs_restart, versions=versions)


_FLAGS = (
    Flag("autovacuum", "BOOLEAN"),
    _integer("autovacuum_max_workers", 1, 262_143, needs_restart=True),
    _integer("autovacuum_naptime", 1, 2_147_483),
    Flag("cloudsql.enable_pgaudit", "BOOLEAN", needs_restart=True),
    Flag("cloudsql.iam_authentication", "BOOLEAN"),
    Flag("cloudsql.logical_decoding", "BOOLEAN", needs_restart=True),
    _integer("deadlock_timeout", 1, _INT_MAX),
    _integer("idle_in_transaction_session_timeout", 0, _INT_MAX),
    _integer("lock_timeout", 0, _INT_MAX),
    Flag("log_connections", "BOOLEAN"),
    Flag("log_disconnections", "BOOLEAN"),
    Flag("log_lock_waits", "BOOLEAN"),
    _integer("log_min_duration_statement", -1, _INT_MAX),
    Flag("log_statement", "STRING", words=("none", "ddl", "mod", "all")),
    _integer("maintenance_work_mem", 1024, _INT_MAX),
    _integer("max_connections", 14, 262_143, needs_restart=True),
    _integer("max_wal_senders", 5, 262_143, needs_restart=True),
    _integer("max_worker_processes", 8, 262_143, needs_restart=True),
    Flag("random_page_cost", "FLOAT"),
    _integer("idle_session_timeout", 0, _INT_MAX, versions=_POSTGRES[1:]),
    _integer("transaction_timeout", 0, _INT_MAX, versions=_POSTGRES[4:]),
    _integer("statement_timeout", 0, _INT_MAX),
    _integer("tcp_keepalives_idle", 0, _INT_MAX),
    _integer("tcp_keepalives_interval", 0, _INT_MAX),
    _integer("temp_file_limit", 1_048_576, _INT_MAX),
    _integer("work_mem", 64, _INT_MAX),
    Flag("general_log", "BOOLEAN", versions=_MYSQL),
    Flag("slow_query_log", "BOOLEAN", versions=_MYSQL),
    Flag("long_query_time", "FLOAT", versions=_MYSQL),
    _integer("innodb_lock_wait_timeout", 1, 1_073_741_824, versions=_MYSQL),
    _integer("max_connections", 1, 100_000, versions=_MYSQL),
    _integer("max_allowed_packet", 16_384, 1_073_741_824, versions=_MYSQL),
    _integer("wait_timeout", 1, 31_536_000, versions=_MYSQL),
)


def of_version(version: str) -> tuple[Flag, ...]:
    """The flags of one database version, of all of them when it is empty."""
    return tuple(flag for flag in _FLAGS if not version or version in flag.versions)


def check(version: str, wanted: list[dict[str, Any]]) -> None:  # Any: what a client sent
    """Refuses a name that this version does not have, a value it does not take, and doubles."""
    known = {flag.name: flag for flag in of_version(version)}
    seen: set[str] = set()
    for one in wanted:
        name, value = str(one.get("name", "")), str(one.get("value", ""))
        if name not in known:
            raise Refusal(
                400,
                f"Invalid request: Invalid flag name: {name}.",
                reason="invalidFlagName",
            )
        if name in seen or not known[name].accepts(value):
            raise Refusal(
                400,
                f'Invalid request: Invalid flag value "{value}" for flag "{name}".',
                reason="invalidFlagValue",
            )
        seen.add(name)
