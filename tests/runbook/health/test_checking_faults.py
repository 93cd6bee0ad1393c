"""The check against a simulator: what is missing, what is wrong, and what could not be seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runbook.cloud.errors import CloudError
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import shell
from runbook.health import files, printing
from runbook.health.checking import check
from runbook.health.fixes import changes_in
from runbook.health.reading import read
from runbook.health.report import Area, AreaReport, Report, from_json
from tests.runbook.simulator.running import CONNECTOR, INSTANCE, Running, running

SHIPPED = files.at(Path(__file__).resolve().parents[3] / "infrastructure" / "netra-staging.yaml")
SECRETS = "/v1/projects/netra-staging/secrets"


@pytest.fixture(scope="module")
def healthy_simulator() -> Iterator[Running]:
    with running(scenario="healthy") as simulator:
        yield simulator


@pytest.fixture
def healthy(healthy_simulator: Running) -> Iterator[Running]:
    healthy_simulator.http.post("/_simulator/reset").raise_for_status()
    yield healthy_simulator
    healthy_simulator.http.delete("/_simulator/faults").raise_for_status()


def _target(simulator: Running) -> Target:
    return Target(
        name="staging",
        project="netra-staging",
        region="us-central1",
        endpoint=simulator.address,
        allowed_hosts=SHIPPED.hosts,
        routes=dict.fromkeys(SHIPPED.hosts, simulator.address),
    )


def _check(simulator: Running, *areas: Area, deadline: float = 30.0) -> Report:
    target = _target(simulator)
    return check(SHIPPED, lambda: Session(target), areas=areas, deadline=deadline)


def _words(report: Report) -> dict[str, str]:
    """What did not pass, by expectation."""
    return {
        one.expectation: f"{one.verdict}: {one.message}"
        for one in report.findings()
        if one.verdict != "passed"
    }


def test_a_good_day_is_healthy_and_measured(healthy: Running) -> None:
    report = _check(healthy)
    assert (report.status, _words(report)) == ("healthy", {})
    assert [one.area for one in report.areas] == list(Area)
    assert {one.name for one in report.measured} == {
        "certificate.days",
        "dns.seconds",
        "endpoint.seconds",
        "websocket.seconds",
    }


def test_a_report_is_the_same_after_it_was_stored(healthy: Running) -> None:
    report = _check(healthy)
    stored = from_json(json.loads(json.dumps(report.as_json())))
    assert stored == replace(report, snapshot={})


def test_no_value_of_a_secret_leaves_the_check(healthy: Running) -> None:
    report = _check(healthy, Area.SECRETS)
    told = json.dumps(report.as_json()) + json.dumps(report.snapshot)
    assert "simulated" not in told
    assert report.snapshot["projects/netra-staging/secrets/redis-url"] == {
        "state": "ENABLED",
    }


def test_what_google_says_is_not_there_is_missing(healthy: Running) -> None:
    healthy.arm(match=INSTANCE, kind="404", times=0)
    found = _check(healthy, Area.DATABASE)
    assert _words(found) == {
        "databases.netra-staging-db.exists": (
            "failed: Cloud SQL instance 'netra-staging-db' is missing"
        )
    }
    assert len(list(found.findings())) == 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("403", "Not allowed to use projects/netra-staging/locations/us-central1/connectors/"),
        ("503", "Google's service is not available. Try again."),
    ],
)
def test_what_could_not_be_read_is_unchecked_and_never_missing(
    healthy: Running, kind: str, reason: str
) -> None:
    healthy.arm(match=CONNECTOR, kind=kind, times=0)
    report = _check(healthy, Area.CONNECTOR)
    of_connector = [one for one in report.findings() if one.expectation.startswith("connectors.")]
    assert {one.verdict for one in of_connector} == {"unchecked"}
    assert all(reason in one.message for one in of_connector)
    assert (report.status, len(report.criticals)) == ("degraded", 0)


def test_a_product_that_hangs_holds_no_other_up(healthy: Running) -> None:
    healthy.arm(match=SECRETS, kind="hang", times=0, seconds=10)
    report = _check(healthy, Area.CONNECTOR, Area.SECRETS, deadline=4)
    connector, secrets = report.areas
    assert {one.verdict for one in connector.findings} == {"passed"}
    assert {one.verdict for one in secrets.findings} == {"unchecked"}
    assert "within 4 s" in secrets.findings[0].message


def test_without_credentials_everything_is_unchecked() -> None:
    def refused() -> Session:
        raise CloudError("DENIED", "There are no credentials on this machine.", advice="Sign in.")

    report = check(SHIPPED, refused)
    assert {one.verdict for one in report.findings()} == {"unchecked"}
    reasons = [line for line in printing.summary(report) if "not checked." in line]
    assert len(reasons) == 1
    assert reasons[0].endswith(
        "and 29 others were not checked. There are no credentials on this machine. Sign in."
    )


def test_the_value_of_a_secret_may_be_kept_from_the_check(healthy: Running) -> None:
    healthy.arm(match=f"{SECRETS}/redis-url/versions/latest:access", kind="403", times=0)
    (form,) = _words(_check(healthy, Area.SECRETS)).items()
    assert form[0] == "secrets.redis-url.format.scheme"
    assert "secretmanager.versions.access" in form[1]


def test_a_host_that_probes_may_not_ask_is_unchecked(healthy: Running) -> None:
    target = replace(_target(healthy), routes={}, allowed_hosts=())
    report = check(SHIPPED, lambda: Session(target), areas=[Area.ENDPOINTS])
    assert {one.verdict for one in report.findings()} == {"unchecked"}


def test_areas_are_heard_in_their_order(healthy: Running) -> None:
    heard: list[AreaReport] = []
    target = _target(healthy)
    report = check(SHIPPED, lambda: Session(target), heard=heard.append)
    assert tuple(heard) == report.areas


def test_a_secret_that_is_disabled_is_named_once(healthy: Running) -> None:
    healthy.http.post(f"{SECRETS}/redis-url/versions/1:disable", json={}).raise_for_status()
    report = _check(healthy, Area.SECRETS)
    assert list(_words(report)) == ["secrets.redis-url.state"]
    assert changes_in(report) == [
        "gcloud secrets versions enable 1 --secret=redis-url --project=netra-staging"
    ]


_BROKEN = {
    "bad-release": {"endpoints", "websockets"},
    "region-outage": {"connectors", "databases", "endpoints", "websockets"},
    "sql-connections-exhausted": {"databases", "endpoints", "websockets"},
}


def test_a_scenario_is_found_where_it_is_broken() -> None:
    for scenario, sections in _BROKEN.items():
        with running(scenario=scenario) as simulator:
            found = {one.expectation.partition(".")[0] for one in _check(simulator).criticals}
        assert found == sections


def test_every_proposed_change_is_one_that_can_be_run() -> None:
    with running(scenario="issue-1278") as simulator:
        report, session = _check(simulator), Session(_target(simulator))
        for line in changes_in(report):
            (read,) = shell.read(line, {}).lines
            assert read.command.plan(session).refusals == ()
    assert set(changes_in(report)) == {one.fix for one in report.findings() if one.fix}
    assert len(changes_in(report)) == 9


def test_what_should_not_be_there_is_not_called_missing_nor_made_again(healthy: Running) -> None:
    unwanted = "connectors: {staging-connector: {exists: false, network: n, range: 10.8.0.0/28}}"
    file = read(f"title: t\nproject: netra-staging\nregion: us-central1\n{unwanted}\n", "t.yaml")
    target = _target(healthy)
    there, *_others = check(file, lambda: Session(target)).criticals
    assert there.message == "VPC connector 'staging-connector' should not be there"
    assert (there.expected, there.found, there.fix, there.action) == ("no", "yes", "", "")


def _fixes(simulator: Running, expected: str) -> list[str]:
    file = read(f"title: t\nproject: netra-staging\nregion: us-central1\n{expected}\n", "t.yaml")
    target = _target(simulator)
    return [one.fix for one in check(file, lambda: Session(target)).criticals]


@pytest.mark.parametrize(
    "expected",
    [
        "connectors: {staging-connector: {max_instances: {at_most: 2}}}",
        "connectors: {staging-connector: {min_instances: {above: 5}}}",
        "databases: {netra-staging-db: {flags: {max_connections: {above: 9000}}}}",
        "services: {netra-backend-staging: {cpu: {above: 64}}}",
    ],
)
def test_nothing_is_proposed_that_would_not_mend_it(healthy: Running, expected: str) -> None:
    assert _fixes(healthy, expected) == [""]


def test_a_page_that_gives_no_answer_says_why_whatever_is_expected(healthy: Running) -> None:
    healthy.arm(match="/health", kind="hang", times=0, seconds=3)
    url = "https://staging.netrasystems.ai/health"
    expected = f"endpoints: {{'{url}': {{seconds: {{below: 1s}}}}}}"
    file = read(f"title: t\nproject: netra-staging\nregion: us-central1\n{expected}\n", "t.yaml")
    target = replace(_target(healthy), read_timeout=0.5)
    (slow,) = check(file, lambda: Session(target)).criticals
    assert slow.found.startswith("no answer: ")
