"""The lines that a check proposes, as somebody would copy them: complete, and fit to be run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import shell
from runbook.health import files
from runbook.health.checking import check
from runbook.health.measuring import read_all
from runbook.health.reading import read
from runbook.health.report import Finding
from tests.runbook.simulator.running import INSTANCE, Running, running

HERE = "title: t\nproject: netra-staging\nregion: us-central1\n"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with running(scenario="healthy") as started:
        yield started


@pytest.fixture
def healthy(simulator: Running) -> Iterator[Running]:
    simulator.http.post("/_simulator/reset").raise_for_status()
    yield simulator
    simulator.http.delete("/_simulator/faults").raise_for_status()


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


def _empty_secret(simulator: Running) -> None:
    made = {"replication": {"automatic": {}}}
    path = "/v1/projects/netra-staging/secrets?secretId=session-key"
    simulator.http.post(path, json=made).raise_for_status()


def test_a_secret_without_a_version_is_there_and_gets_one(healthy: Running) -> None:
    _empty_secret(healthy)
    wanted = "state: ENABLED, format: {min_length: 32}, generate: 32"
    found = _findings(healthy, f"secrets: {{session-key: {{{wanted}}}}}")
    assert [(one.expectation, one.verdict, one.found) for one in found] == [
        ("secrets.session-key.exists", "passed", "yes"),
        ("secrets.session-key.state", "failed", "no version"),
    ]
    fix = found[1].fix
    assert fix == (
        "openssl rand -hex 32 | tr -d '\\n' | "
        "gcloud secrets versions add session-key --data-file=- --project=netra-staging"
    )
    (line,) = shell.read(fix, {}).lines
    assert line.command.plan(_session(healthy)).refusals == ()


def test_without_a_version_no_form_is_right(healthy: Running) -> None:
    _empty_secret(healthy)
    wanted = "secrets: {session-key: {format: {prefix: sk-}}, gone: {format: {prefix: sk-}}}"
    there, form, gone = _findings(healthy, wanted)
    assert (there.verdict, form.verdict, form.fix) == ("passed", "failed", "")
    assert form.message.startswith("Secret 'session-key' has no version: prefix ")
    assert form.action.startswith("Add a version with the right value: ")
    assert gone.message == "Secret 'gone' is missing"


def test_a_secret_that_may_not_be_looked_at_is_not_called_missing(healthy: Running) -> None:
    """Its version is not found; whether it is there itself, nobody may say."""
    secret = "/v1/projects/netra-staging/secrets/gone"
    healthy.arm(match=f"{secret}/versions", kind="404", times=0)
    healthy.arm(match=secret, kind="403", times=0)
    (there, state) = _findings(healthy, "secrets: {gone: {state: ENABLED}}")
    assert (there.verdict, state.verdict) == ("unchecked", "unchecked")


def _pool_in_use(simulator: Running) -> float:
    """Percent, as the shipped threshold reads it."""
    shipped = files.named(Path(__file__).parents[3] / "infrastructure", "netra-staging")
    (pool,) = (one.metric for one in shipped.thresholds if one.name == "database-pool")
    now = datetime.now(UTC)
    since = now - timedelta(minutes=10)
    (series,) = read_all(_session(simulator), "netra-staging", [pool], since=since, until=now)
    (readings,) = series.readings.values()
    return readings[-1].value


def test_more_connections_in_the_flags_are_more_room_in_the_pool(healthy: Running) -> None:
    _set_flags(healthy, max_connections="50")
    crowded = _pool_in_use(healthy)
    _set_flags(healthy, max_connections="200")
    assert _pool_in_use(healthy) == pytest.approx(crowded / 4, rel=0.2)
    _set_flags(healthy, work_mem="8192")
    assert _pool_in_use(healthy) == pytest.approx(crowded / 2, rel=0.2)
