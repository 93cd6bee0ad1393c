"""What machines are told of the watched infrastructure, and how little strangers learn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from incidents import clock
from incidents.actions.tokens import create_token
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries import infrastructure_status
from incidents.states import Scope
from runbook.health.report import Area, AreaReport, Finding, Report
from tests import factories
from tests.incidents.conftest import SetClock
from tests.incidents.views.conftest import SignIn

ADDRESS = "/health/infrastructure"
TOKEN = "a-long-secret-of-the-monitoring"
BROKEN = Finding(
    area=Area.CONNECTOR,
    resource="projects/netra-staging/locations/us-central1/connectors/staging-connector",
    expectation="connectors.staging-connector.state",
    expected="READY",
    found="CREATING",
    verdict="failed",
    message="VPC connector state is 'CREATING', expected 'READY'",
    fix="gcloud …",
    action="Look at its operations.",
)
FINE = Finding(Area.DATABASE, "a-database", "databases.a.state", "RUNNABLE", "RUNNABLE", "passed")


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    infrastructure_status.forget()
    yield
    infrastructure_status.forget()


@pytest.fixture
def watched(set_clock: SetClock, db: None) -> Environment:
    environment = factories.make_environment()
    Monitor.objects.create(environment=environment, is_on=True, every=300)
    check(environment, "healthy", FINE, at_age=900)
    check(environment, "critical", BROKEN, FINE, at_age=600)
    check(environment, "critical", BROKEN, FINE, at_age=30)
    return environment


def check(environment: Environment, status: str, *findings: Finding, at_age: float) -> None:
    at = clock.now() - timedelta(seconds=at_age)
    areas = tuple(
        AreaReport(area, f"The {area.value}", tuple(one for one in findings if one.area is area))
        for area in dict.fromkeys(one.area for one in findings)
    )
    report = Report("netra-staging", "netra-staging", "us-central1", at.isoformat(), areas)
    HealthCheck.objects.create(
        environment=environment,
        cause="schedule",
        state="done",
        status=status,
        requested_at=at,
        queued_at=at,
        ended_at=at,
        report=report.as_json() | {"verdict": "infrastructure", "because": "It is the connector."},
    )


def asked(client: Client, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = client.get(ADDRESS, headers=headers)
    return answer.status_code, answer.json()


def test_strangers_learn_titles_and_no_name(watched: Environment) -> None:
    status, told = asked(Client())

    assert status == 503
    assert told == {
        "status": "critical",
        "age": 30.0,
        "components": [
            {"title": "The vpc-connector", "status": "critical"},
            {"title": "The database", "status": "healthy"},
        ],
    }
    for secret in ("netra", "us-central1", watched.name, "gcloud", "CREATING"):
        assert secret not in json.dumps(told)


def test_how_it_stands_is_not_known_while_its_monitor_sees_nothing(watched: Environment) -> None:
    check(watched, "degraded", FINE, at_age=20)
    assert asked(Client())[0] == 200
    infrastructure_status.forget()
    now = clock.now()
    alert = {"kind": "monitor", "environment": watched, "first_at": now, "last_at": now}
    Alert.objects.create(key="monitor/staging/blind", title="It sees nothing", **alert)

    status, told = asked(Client())

    assert (status, told["status"]) == (503, "unknown")


def test_part_of_which_nothing_was_seen_is_unknown(
    watched: Environment, sign_in: SignIn, engineer: User
) -> None:
    unseen = replace(FINE, verdict="unchecked", expectation="databases.a.version")
    elsewhere = replace(unseen, area=Area.SECRETS, expectation="secrets.a.state")
    check(watched, "degraded", FINE, unseen, elsewhere, at_age=20)

    status, told = asked(Client())
    (environment,) = asked(sign_in(engineer))[1]["environments"]

    assert (status, told["status"]) == (200, "degraded")
    assert [one["status"] for one in told["components"]] == ["degraded", "unknown"]
    assert [(one["status"], one["unchecked"]) for one in environment["components"]] == [
        ("degraded", 1),
        ("unknown", 1),
    ]


def test_people_learn_what_is_wrong_since_when_and_what_to_do(
    watched: Environment, sign_in: SignIn, engineer: User
) -> None:
    status, told = asked(sign_in(engineer))
    (environment,) = told["environments"]

    assert (status, environment["name"], environment["status"]) == (503, "staging", "critical")
    assert environment["since"] == (clock.now() - timedelta(seconds=600)).isoformat()
    assert environment["because"] == "It is the connector."
    (finding,) = environment["components"][0]["findings"]
    assert (finding["found"], finding["fix"]) == ("CREATING", "gcloud …")
    assert environment["components"][1]["findings"] == []


def test_who_may_not_see_the_environment_learns_nothing_of_it(
    watched: Environment, sign_in: SignIn, outsider: User
) -> None:
    assert asked(sign_in(outsider)) == (200, {"status": "not watched", "environments": []})


def test_tokens_open_it(watched: Environment, engineer: User, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    _row, secret = create_token(actor=engineer, name="a program", scopes=[Scope.READ], days=1)
    for given in (TOKEN, secret):
        assert "environments" in asked(Client(), authorization=f"Bearer {given}")[1]
    assert "environments" not in asked(Client(), authorization="Bearer rb_wrong")[1]


def test_too_old_is_not_well(watched: Environment, set_clock: SetClock) -> None:
    check(watched, "healthy", FINE, at_age=0)
    assert asked(Client())[0] == 200
    set_clock.advance(901)
    status, told = asked(Client())
    assert (status, told["status"]) == (503, "unknown")


def test_as_many_queries_for_one_as_for_twelve(watched: Environment) -> None:
    def queries() -> int:
        infrastructure_status.forget()
        with CaptureQueriesContext(connection) as seen:
            asked(Client())
        return len(seen)

    one = queries()
    for number in range(11):
        check(factories.make_environment(f"site-{number}"), "healthy", FINE, at_age=60)
    assert queries() == one


def test_it_is_read_once_in_five_seconds(
    watched: Environment, set_clock: SetClock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked(Client())
    with django_assert_num_queries(0):
        asked(Client())
    check(watched, "healthy", FINE, at_age=0)
    set_clock.advance(6)
    assert asked(Client())[1]["status"] == "healthy"


def test_nothing_watched_is_no_alarm(db: None) -> None:
    assert asked(Client()) == (200, {"status": "not watched", "age": None, "components": []})


def test_ready_tells_reasons_to_who_may_know(
    sign_in: SignIn, engineer: User, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.METRICS_TOKEN = TOKEN

    def parts(client: Client, **headers: str) -> dict[str, Any]:
        found: dict[str, Any] = client.get("/health/ready", headers=headers).json()["parts"]
        return found

    assert parts(Client())["redis"] == {"ok": False, "age": None}
    assert parts(Client(), authorization=f"Bearer {TOKEN}")["redis"]["detail"] == "ConnectionError"
    assert parts(sign_in(engineer))["worker reads"]["detail"] == "never seen"
    assert set(parts(Client())) == {
        "database",
        "redis",
        "clock",
        "worker reads",
        "worker changes",
    }
