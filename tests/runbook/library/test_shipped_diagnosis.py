"""The shipped runbook, run for real against the simulator: it finds what is broken and mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Line, Plan
from runbook.document.checks import evaluate
from runbook.document.definition import Check, Runbook, Step
from runbook.document.parameters import fill
from tests.support.processes import private_simulator
from tests.support.simulator import Simulator

HOSTS = ("staging.netrasystems.ai", "api-staging.netrasystems.ai")


@pytest.fixture(scope="module")
def healthy(short_folder: Path) -> Iterator[Simulator]:
    with private_simulator(short_folder / "library-healthy", scenario="healthy") as running_one:
        yield running_one


def staging(simulator: Simulator) -> Session:
    return Session(
        Target(
            name="staging",
            project="netra-staging",
            region="us-central1",
            endpoint=simulator.address,
            allowed_hosts=HOSTS,
            routes=dict.fromkeys(HOSTS, simulator.address),
        )
    )


def lines_of(step: Step, shipped: Runbook) -> list[tuple[Line, tuple[Check, ...]]]:
    values = {p.name: p.value for p in shipped.parameters}
    values |= {"PROJECT": "netra-staging", "REGION": "us-central1"}
    return [
        (line, tuple(replace(c, expression=fill(c.expression, values)) for c in command.checks))
        for command in step.commands
        for line in shell.read(command.text, values).lines
    ]


def diagnose(shipped: Runbook, session: Session) -> list[tuple[str, str, str]]:
    """What phase 1 finds wrong: step, expectation or the command that failed, what was found."""
    return [
        (step.key, *fault)
        for step in shipped.phases[0].steps
        for line, checks in lines_of(step, shipped)
        for fault in _faults(line, checks, session)
    ]


def repair(key: str, shipped: Runbook, session: Session) -> list[tuple[str, str]]:
    """Plans and executes the step's commands, as after an approval; what their checks miss."""
    step = next(s for s in shipped.phases[1].steps if s.key == key)
    faults: list[tuple[str, str]] = []
    for line, checks in lines_of(step, shipped):
        plan = running.plan(line, session, session.target)
        assert plan.refusals == ()
        faults += _faults(line, checks, session, plan)
    return faults


def type_secret(name: str, value: str, session: Session) -> bool:
    create = f"gcloud secrets create {name} --data-file=- --project=netra-staging"
    (line,) = shell.read(f"printf '%s' '{value}' | {create}", {}).lines
    plan = running.plan(line, session, session.target)
    outcome = running.execute(line, session, session.target, lambda *_: None, plan)
    return outcome.state == "succeeded"


def _faults(
    line: Line, checks: tuple[Check, ...], session: Session, plan: Plan | None = None
) -> Iterator[tuple[str, str]]:
    outcome = running.execute(line, session, session.target, lambda *_: None, plan)
    if outcome.result is None:
        yield line.command.resource, outcome.state
        return
    for check in checks:
        for finding in evaluate(check, outcome.result):
            if finding.level == "expect" and finding.passed is not True:
                yield finding.expected, finding.found


def test_diagnosis_finds_nothing_on_a_good_day(shipped: Runbook, healthy: Simulator) -> None:
    assert diagnose(shipped, staging(healthy)) == []


ANNOTATIONS = "spec.template.metadata.annotations"
CONNECTOR = f'{ANNOTATIONS}["run.googleapis.com/vpc-access-connector"]'
EGRESS = f'{ANNOTATIONS}["run.googleapis.com/vpc-access-egress"]'
REVISIONS = "status.latestCreatedRevisionName == status.latestReadyRevisionName"


def test_diagnosis_finds_exactly_what_is_broken(shipped: Runbook, simulator: Simulator) -> None:
    simulator.reset()
    secrets = "projects/netra-staging/secrets"
    found = diagnose(shipped, staging(simulator))
    services = [fault for fault in found if fault[0] == "check-services"]
    assert [fault for fault in found if fault not in services] == [
        ("check-connector", 'state == "READY"', 'state = "CREATING"'),
        ("check-connector", "minInstances >= 2", "minInstances = 1"),
        ("check-database", 'state == "RUNNABLE"', 'state = "MAINTENANCE"'),
        ("check-secrets", f"{secrets}/database-url/versions/latest", "failed"),
        ("check-secrets", f"{secrets}/jwt-secret-staging/versions/latest", "failed"),
        ("check-certificate", 'managed.status == "ACTIVE"', 'managed.status = "PROVISIONING"'),
        *[("check-endpoints", "status == 200", "status = 503")] * 4,
        *[
            ("check-served-certificates", "verified", "verified = false"),
            ("check-served-certificates", "days_left > 14", "days_left = 0"),
        ]
        * 2,
    ]
    assert [expected for _, expected, _ in services] == [
        REVISIONS,
        f'"run.googleapis.com/vpc-access-egress" in {ANNOTATIONS}',
        f'{EGRESS} == "all-traffic"',
        f'{CONNECTOR}.endsWith("staging-connector")',
        f'{EGRESS} == "all-traffic"',
    ]
    assert services[-1][2] == f'{EGRESS} = "private-ranges-only"'


def test_repairs_bring_everything_back_but_what_waits_for_others(
    shipped: Runbook, simulator: Simulator
) -> None:
    """People type the database's address in a terminal; the certificate waits for their DNS."""
    simulator.reset()
    session = staging(simulator)
    assert repair("scale-the-connector", shipped, session) == []
    assert repair("set-database-flags", shipped, session) == []
    assert repair("create-signing-secret", shipped, session) == []
    assert type_secret("database-url", "postgresql+asyncpg://app:pw@10.2.0.3/app", session)
    assert repair("attach-the-services", shipped, session) == []
    assert {key for key, _, _ in diagnose(shipped, session)} == {
        "check-certificate",
        "check-served-certificates",
    }
