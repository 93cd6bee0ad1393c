"""A worker looks at an environment: what it finds is kept, judged and told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.actions import check_health, look
from incidents.actions.monitor import accept_drift, set_monitor, settings_of
from incidents.actions.tell_of_health import Seen, tell_of_health
from incidents.health_states import AlertState, HealthCause, HealthCheckState, HealthStatus
from incidents.models import Alert, Environment, HealthCheck, Measurement, Monitor, ThresholdWatch
from incidents.states import Role
from tests import factories
from tests.incidents.conftest import SetClock
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

HOSTS = ("staging.netrasystems.ai", "api-staging.netrasystems.ai")
CONNECTOR = "projects/netra-staging/locations/us-central1/connectors/staging-connector"
MONITORING = "/v3/projects/netra-staging/timeSeries"


@pytest.fixture
def environment(google: Simulator) -> Environment:
    environment = factories.make_environment(endpoint=google.address)
    environment.allowed_hosts = list(HOSTS)
    environment.routes = dict.fromkeys(HOSTS, google.address)
    environment.save(update_fields=["allowed_hosts", "routes"])
    return environment


@pytest.fixture
def watched(environment: Environment) -> Environment:
    Monitor.objects.create(environment=environment, is_on=True, every=60)
    return environment


def looked(environment: Environment, *areas: str) -> HealthCheck:
    check = check_health.ask(
        actor=None, environment=environment, cause=HealthCause.SCHEDULE, areas=areas
    )
    look.run(check.pk)
    check.refresh_from_db()
    return check


def firing() -> dict[str, int]:
    alerts = Alert.objects.filter(state=AlertState.FIRING)
    return {key.split("/")[2]: times for key, times in alerts.values_list("key", "times")}


def numbers(check: HealthCheck) -> dict[str, Any]:
    assert check.report is not None
    return {one["name"]: one for one in check.report["numbers"]}


def test_outage_is_found_measured_and_told_once(watched: Environment, set_clock: SetClock) -> None:
    """The same minutes are measured once, at whatever second a check begins."""
    set_clock.at = datetime.now(UTC).replace(second=20) - timedelta(minutes=2)
    first = looked(watched)
    set_clock.advance(61.3)  # one minute more, and another second of it
    second = looked(watched)

    assert first.state == HealthCheckState.DONE
    assert second.status == HealthStatus.CRITICAL
    assert first.report is not None
    assert first.report["verdict"] == "infrastructure"
    assert firing() == dict.fromkeys(
        (
            "check",
            "connector-utilisation",
            "connector-instances",
            "connector-failures",
            "database-connection-time",
            "database-failed-connections",
            "start-up",
            "login-success",
        ),
        1,
    )
    of_check = Alert.objects.get(key="monitor/staging/check/netra-staging")
    assert of_check.verdict == "infrastructure"
    assert len(of_check.findings) == first.criticals + first.warnings
    minutes = Measurement.objects.filter(name="connector.utilisation")
    assert 55 <= minutes.count() <= 62
    assert {(one.second, one.microsecond) for one in minutes.values_list("at", flat=True)} == {
        (0, 0)
    }
    assert ThresholdWatch.objects.get(name="database-pool").state == "normal"


def test_metrics_that_cannot_be_read_alarm_nobody(watched: Environment, google: Simulator) -> None:
    google.fail(match=MONITORING, kind="403", times=99)
    refused = looked(watched)
    google.heal()
    google.fail(match=MONITORING, kind="503", times=99)
    away = looked(watched)

    for check in (refused, away):
        found = numbers(check)["connector-utilisation"]
        assert (found["value"], found["state"]) == (None, "")
        assert found["detail"].startswith("no data: ")
    assert firing() == {"check": 1}
    assert not ThresholdWatch.objects.filter(name__startswith="connector").exists()


def test_what_stood_goes_on_while_nothing_can_be_read(
    watched: Environment, google: Simulator
) -> None:
    looked(watched)
    before = firing()
    google.fail(match=MONITORING, kind="403", times=99)
    google.fail(match="/v1/projects/netra-staging/locations", kind="403", times=99)
    blind = looked(watched)

    assert firing() == {**before, "check": 2}
    assert blind.unchecked > 0
    assert ThresholdWatch.objects.get(name="connector-utilisation").state == "over"


def test_what_was_changed_by_hand_is_drift_until_it_is_accepted(
    environment: Environment, google: Simulator
) -> None:
    """The first configuration has to be accepted here: this environment was never healthy."""
    before = looked(environment)
    HealthCheck.objects.filter(pk=before.pk).update(snapshot={})
    Monitor.objects.filter(environment=environment).update(baseline=before)
    administrator = factories.make_person("ada", Role.ADMINISTRATOR, environment=environment)
    accept_drift(actor=administrator, check_id=looked(environment).pk)
    assert looked(environment).drift == []

    google.change_resource(f"vpcaccess/{CONNECTOR}", maxInstances=9)
    google.fail(match="/v1/projects/netra-staging/instances", kind="403", times=99)
    found = looked(environment)

    change = {"resource": CONNECTOR, "path": "maxInstances", "before": 3, "after": 9}
    assert (found.drift, found.unchecked > 0) == ([change], True)


def test_without_a_monitor_nobody_is_alarmed(environment: Environment) -> None:
    check = looked(environment)

    assert check.criticals > 0
    assert not Alert.objects.exists()


def test_a_monitor_that_is_switched_off_meanwhile_alarms_nobody(
    watched: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def switched_off_before(seen: Seen) -> None:
        off = settings_of(seen.monitor)._replace(is_on=False)
        administrator = factories.make_person("ada", Role.ADMINISTRATOR, environment=watched)
        set_monitor(actor=administrator, environment_id=watched.pk, settings=off)
        tell_of_health(seen)

    monkeypatch.setattr(look, "tell_of_health", switched_off_before)
    looked(watched)

    assert (firing(), Alert.objects.exists()) == ({}, True)


def test_look_at_one_area_judges_no_threshold(watched: Environment) -> None:
    check = looked(watched, "vpc-connector")

    assert check.report is not None
    assert [area["area"] for area in check.report["areas"]] == ["vpc-connector"]
    assert check.report["numbers"] == []
    assert not ThresholdWatch.objects.exists()
    assert not Alert.objects.exists()


def test_file_that_cannot_be_read_fails_the_check_in_words(
    environment: Environment, settings: Any, tmp_path: Path
) -> None:
    settings.INFRASTRUCTURE = tmp_path
    none = looked(environment)
    (tmp_path / "broken.yaml").write_text("title: x\nproject: netra-staging\nthresholds: much\n")
    broken = looked(environment)

    assert (none.state, broken.state) == (HealthCheckState.FAILED, HealthCheckState.FAILED)
    assert none.error.startswith("No infrastructure file names the project netra-staging.")
    assert "broken.yaml:3" in broken.error


def test_check_delivered_twice_is_made_once(environment: Environment) -> None:
    check = looked(environment, "vpc-connector")
    look.run(check.pk)
    check.refresh_from_db()

    assert check.token == 1


def test_worker_that_was_given_up_writes_nothing(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = check_health.ask(actor=None, environment=environment, cause=HealthCause.HAND)
    held = look.claim(check.pk)
    assert held is not None
    HealthCheck.objects.filter(pk=check.pk).update(token=held.token + 1)
    monkeypatch.setattr(look, "claim", lambda _pk: held)

    look.run(check.pk)

    check.refresh_from_db()
    assert (check.state, check.report) == (HealthCheckState.RUNNING, None)
    assert not Measurement.objects.exists()
