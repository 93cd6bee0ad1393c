"""Phase 1 of the shipped runbook, run for real against the simulator: it finds what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Line
from runbook.document.checks import evaluate
from runbook.document.definition import Check, Runbook
from tests.support.processes import private_simulator
from tests.support.simulator import Simulator

HOSTS = ("staging.netrasystems.ai", "api-staging.netrasystems.ai")


@pytest.fixture(scope="module")
def healthy(short_folder: Path) -> Iterator[Simulator]:
    with private_simulator(short_folder / "library-healthy", scenario="healthy") as running_one:
        yield running_one


def diagnose(shipped: Runbook, simulator: Simulator) -> list[tuple[str, str, str]]:
    """What phase 1 finds wrong: step, expectation or the command that failed, what was found."""
    target = Target(
        name="staging",
        project="netra-staging",
        region="us-central1",
        endpoint=simulator.address,
        allowed_hosts=HOSTS,
        routes=dict.fromkeys(HOSTS, simulator.address),
    )
    session = Session(target)
    values = {p.name: p.value for p in shipped.parameters}
    values |= {"PROJECT": target.project, "REGION": target.region}
    return [
        (step.key, *fault)
        for step in shipped.phases[0].steps
        for command in step.commands
        for line in shell.read(command.text, values).lines
        for fault in _faults(line, command.checks, session)
    ]


def _faults(line: Line, checks: tuple[Check, ...], session: Session) -> Iterator[tuple[str, str]]:
    outcome = running.execute(line, session, session.target, lambda _: None)
    if outcome.result is None:
        yield line.command.resource, outcome.state
        return
    for check in checks:
        for finding in evaluate(check, outcome.result):
            if finding.level == "expect" and finding.passed is not True:
                yield finding.expected, finding.found


def test_diagnosis_finds_nothing_on_a_good_day(shipped: Runbook, healthy: Simulator) -> None:
    assert diagnose(shipped, healthy) == []


def test_diagnosis_finds_exactly_what_is_broken(shipped: Runbook, simulator: Simulator) -> None:
    simulator.reset()
    secrets = "projects/netra-staging/secrets"
    assert diagnose(shipped, simulator) == [
        ("check-connector", 'state == "READY"', 'state = "CREATING"'),
        ("check-connector", "minInstances >= 2", "minInstances = 1"),
        ("check-database", 'state == "RUNNABLE"', 'state = "MAINTENANCE"'),
        ("check-secrets", f"{secrets}/database-url/versions/latest", "failed"),
        ("check-secrets", f"{secrets}/jwt-secret-staging/versions/latest", "failed"),
        ("check-certificate", 'managed.status == "ACTIVE"', 'managed.status = "PROVISIONING"'),
        *[("check-endpoints", "status == 200", "status = 503")] * 4,
    ]
