"""What a Prometheus server reads, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.contrib.auth.models import User
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from incidents.actions import escalate, validate
from incidents.models import Alert, HealthCheck, Heartbeat, Incident
from incidents.states import Role, RunState, TimerKind
from tests import factories
from tests.incidents.conftest import SetClock


@pytest.fixture
def incident(set_clock: SetClock, db: None) -> Incident:
    return factories.make_incident()


@pytest.fixture
def administrator(incident: Incident) -> User:
    return factories.make_person("ines", Role.ADMINISTRATOR, environment=incident.environment)


def read(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics_say_what_is_due_and_how_late_it_was(
    incident: Incident, set_clock: SetClock, client: Client, administrator: User
) -> None:
    factories.make_level(incident, 60)
    factories.make_level(incident, 7200)
    Heartbeat.objects.create(process="clock", at=set_clock.at + timedelta(seconds=60))
    set_clock.advance(63)
    escalate.fire_due_timers()
    set_clock.advance(7200)
    client.force_login(administrator)

    found = read(client)

    kind = str(TimerKind.ESCALATION)
    timers = {state: found["runbook_timers", kind, state] for state in ("overdue", "fired")}
    assert timers == {"overdue": 1, "fired": 1}
    buckets = {
        limit: found["runbook_timer_lateness_seconds_bucket", kind, limit]
        for limit in ("2.0", "5.0", "+Inf")
    }
    assert buckets == {"2.0": 0, "5.0": 1, "+Inf": 1}
    assert found["runbook_timer_lateness_max_seconds", kind] == 3
    assert found["runbook_heartbeat_age_seconds", "clock"] == 7203


def test_metrics_ask_the_database_as_often_for_one_row_and_for_many(
    incident: Incident, client: Client, administrator: User, django_assert_num_queries: object
) -> None:
    for hours in range(5):
        factories.make_level(incident, hours * 3600)
    client.force_login(administrator)
    read(client)

    with django_assert_num_queries(15):  # type: ignore[operator]  # pytest-django's fixture
        read(client)


def test_strangers_need_the_token(client: Client, settings: object, db: None) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-long-secret-of-the-monitoring"  # type: ignore[attr-defined]
    wrong = client.get("/metrics", headers={"authorization": "Bearer another"})

    assert (wrong.status_code, b"bearer token" in wrong.content) == (403, True)
    assert client.get("/metrics").status_code == 403
    assert read(client, authorization="Bearer a-long-secret-of-the-monitoring")


def test_others_who_are_signed_in_may_not(
    client: Client, incident: Incident, settings: object
) -> None:
    client.force_login(incident.commander)
    assert client.get("/metrics").status_code == 403
    settings.METRICS_TOKEN = "a-long-secret-of-the-monitoring"  # type: ignore[attr-defined]
    assert read(client, authorization="Bearer a-long-secret-of-the-monitoring")


def test_metrics_say_how_long_work_waits_and_what_checks_found(
    incident: Incident, set_clock: SetClock, client: Client, administrator: User
) -> None:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    factories.make_run(command, incident.commander, RunState.QUEUED, requested_at=set_clock.at)
    columns = {
        "environment": incident.environment,
        "cause": "schedule",
        "requested_at": set_clock.at,
        "queued_at": set_clock.at,
    }
    HealthCheck.objects.create(**columns, state="done", status="critical", criticals=6, seconds=0.8)
    Alert.objects.create(
        key="a", kind="monitor", severity="critical", first_at=set_clock.at, last_at=set_clock.at
    )
    validate.ask(actor=incident.commander, incident_id=incident.pk)
    set_clock.advance(42)
    client.force_login(administrator)

    found = read(client)

    lag = {name: found["runbook_queue_lag_seconds", name] for name in ("reads", "changes")}
    assert lag == {"reads": 42, "changes": 0}
    assert found["runbook_runs", "reads", "queued"] == 1
    name = incident.environment.name
    assert found["runbook_check_age_seconds", name] == 42
    assert found["runbook_check_status", name, "critical"] == 1
    assert found["runbook_check_findings", name, "critical"] == 6
    assert found["runbook_check_duration_seconds", name] == 0.8
    assert found["runbook_alerts_firing", "critical"] == 1
    assert found["runbook_validations", "unended"] == 1


def test_the_length_of_queues_is_that_of_redis(
    client: Client, administrator: User, redis_url: str, settings: object
) -> None:
    settings.REDIS_URL = redis_url  # type: ignore[attr-defined]
    client.force_login(administrator)
    with redis.Redis.from_url(redis_url) as store:
        store.delete("reads")
        store.rpush("reads", "a message", "another")
        found = read(client)
        store.delete("reads")

    assert found["runbook_queue_length", "reads"] == 2
