"""What a configuration is compared with while the infrastructure file changes as well."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from incidents import clock
from incidents.actions.baseline import compared, keep_snapshot, monitor_of
from incidents.health_states import HealthCause, HealthCheckState
from incidents.models import HealthCheck
from runbook.document.definition import Json
from runbook.health.drift import Drift
from runbook.health.report import Area, AreaReport, Finding, Report, Verdict
from tests import factories

pytestmark = pytest.mark.django_db

VPC, CONNECTOR = "networks/staging-vpc", "connectors/staging-connector"
FIELDS: dict[str, dict[str, Json]] = {VPC: {"mode": "custom"}, CONNECTOR: {"maxInstances": 10}}
"""What Google has, whatever the file asks about."""


def report(**verdicts: Verdict) -> Report:
    """Of a file that names these; what failed is not there."""
    names = {"vpc": VPC, "connector": CONNECTOR}
    findings = [
        Finding(Area.CONNECTOR, names[name], f"x.{name}.exists", "yes", "", verdict)
        for name, verdict in verdicts.items()
    ]
    there = [names[name] for name, verdict in verdicts.items() if verdict == "passed"]
    return Report(
        infrastructure="netra-staging",
        project="netra-staging",
        region="us-central1",
        at="2026-01-16T09:00:00Z",
        areas=(AreaReport(Area.CONNECTOR, "Connector", tuple(findings)),),
        snapshot={name: FIELDS[name] for name in there},
    )


def checked(found: Report) -> list[Drift]:
    """The check keeps it, and may be what the next ones are compared with."""
    monitor = monitor_of(factories.make_environment())
    now = clock.now()
    check = HealthCheck.objects.create(
        environment=monitor.environment,
        cause=HealthCause.SCHEDULE,
        state=HealthCheckState.DONE,
        requested_at=now,
        queued_at=now,
        report=found.as_json(),
    )
    drifted = compared(monitor, found)
    keep_snapshot(monitor, check, found, drifted)
    return drifted


def test_what_the_file_names_no_more_is_not_gone() -> None:
    checked(report(vpc="passed", connector="passed"))

    assert checked(report(connector="passed")) == []
    assert checked(report(connector="failed")) == [Drift(CONNECTOR, "", FIELDS[CONNECTOR], None)]


def test_what_the_file_names_now_is_not_new_and_counts_from_then_on() -> None:
    checked(report(connector="passed"))

    assert checked(report(vpc="failed", connector="passed")) == []
    assert checked(report(vpc="passed", connector="passed")) == []
    assert checked(report(vpc="failed", connector="passed")) == [Drift(VPC, "", FIELDS[VPC], None)]


def test_what_was_missing_and_asked_about_is_new_when_it_is_there() -> None:
    checked(report(connector="passed"))
    baseline = HealthCheck.objects.get()
    baseline.report = report(vpc="failed", connector="passed").as_json()
    baseline.save(update_fields=["report"])

    assert checked(report(vpc="passed", connector="passed")) == [Drift(VPC, "", None, FIELDS[VPC])]


def test_healthy_checks_that_know_no_more_leave_the_baseline(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    checked(report(connector="passed"))
    first = HealthCheck.objects.get()
    checked(report(connector="passed"))

    monitor = monitor_of(factories.make_environment())
    assert monitor.baseline == first
    with django_assert_num_queries(0):
        keep_snapshot(monitor, first, report(connector="passed"), [])
