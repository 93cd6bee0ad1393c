"""The lines that a check proposes, as somebody would copy them: complete, and fit to be run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import shell
from runbook.health.checking import check
from runbook.health.reading import read
from runbook.health.report import Finding
from tests.runbook.simulator.running import INSTANCE, Running, running

HERE = "title: t\nproject: netra-staging\nregion: us-central1\n"


@pytest.fixture
def healthy() -> Iterator[Running]:
    with running(scenario="healthy") as simulator:
        yield simulator


def _session(simulator: Running) -> Session:
    return Session(Target("staging", "netra-staging", "us-central1", endpoint=simulator.address))


def _findings(simulator: Running, expected: str) -> list[Finding]:
    file = read(f"{HERE}{expected}\n", "t.yaml")
    return list(check(file, lambda: _session(simulator)).findings())


def _set_flags(simulator: Running, **flags: str) -> None:
    """Any flag, whatever the simulator knows of them."""
    state = simulator.get("/_simulator/state")
    settings = state["resources"][f"sql{INSTANCE.removeprefix('/v1')}"]["settings"]
    settings["databaseFlags"] = [{"name": name, "value": value} for name, value in flags.items()]
    simulator.http.put("/_simulator/state", json=state).raise_for_status()


def test_flags_that_are_there_stay_when_the_line_is_pasted(healthy: Running) -> None:
    _set_flags(healthy, max_connections="50", work_mem="8192", log_statement="ddl")
    flags = "{max_connections: 100, statement_timeout: 35000}"
    found = _findings(healthy, f"databases: {{netra-staging-db: {{flags: {flags}}}}}")
    (fix,) = {one.fix for one in found if one.verdict == "failed"}
    assert fix == (
        "gcloud sql instances patch netra-staging-db --project=netra-staging --database-flags="
        "max_connections=100,work_mem=8192,log_statement=ddl,statement_timeout=35000"
    )
    (line,) = shell.read(fix, {}).lines
    assert [
        (one.path.rpartition(".")[2], one.before, one.after)
        for one in line.command.plan(_session(healthy)).changes
    ] == [("max_connections", "50", "100"), ("statement_timeout", None, "35000")]


def test_flags_of_several_values_are_written_as_gcloud_reads_them(healthy: Running) -> None:
    _set_flags(healthy, search_path="a, b", max_connections="50")
    (_there, found) = _findings(
        healthy, "databases: {netra-staging-db: {flags: {max_connections: 100}}}"
    )
    assert found.fix.endswith(" '--database-flags=^;^search_path=a, b;max_connections=100'")
    (line,) = shell.read(found.fix, {}).lines
    assert len(line.command.plan(_session(healthy)).changes) == 1
