"""What a Prometheus server reads, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from incidents.actions import escalate
from incidents.models import Heartbeat, Incident
from incidents.states import TimerKind
from tests import factories
from tests.incidents.conftest import SetClock


@pytest.fixture
def incident(set_clock: SetClock, db: None) -> Incident:
    return factories.make_incident()


def read(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics_say_what_is_due_and_how_late_it_was(
    incident: Incident, set_clock: SetClock, client: Client
) -> None:
    factories.make_level(incident, 60)
    factories.make_level(incident, 7200)
    Heartbeat.objects.create(process="clock", at=set_clock.at + timedelta(seconds=60))
    set_clock.advance(63)
    escalate.fire_due_timers()
    set_clock.advance(7200)
    client.force_login(incident.commander)

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
    incident: Incident, client: Client, django_assert_num_queries: object
) -> None:
    for hours in range(5):
        factories.make_level(incident, hours * 3600)
    client.force_login(incident.commander)
    read(client)

    with django_assert_num_queries(7):  # type: ignore[operator]  # pytest-django's fixture
        read(client)


def test_strangers_need_the_token(client: Client, settings: object, db: None) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-long-secret-of-the-monitoring"  # type: ignore[attr-defined]
    wrong = client.get("/metrics", headers={"authorization": "Bearer another"})

    assert (wrong.status_code, b"bearer token" in wrong.content) == (403, True)
    assert client.get("/metrics").status_code == 403
    assert read(client, authorization="Bearer a-long-secret-of-the-monitoring")
