"""The monitor on the page of its environment."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents import clock
from incidents.health_states import AlertKind, HealthCause, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries.environment_health.standing import read_standing
from incidents.states import Role
from tests import factories

pytestmark = pytest.mark.django_db

TYPED = {"is_on": "on", "every": "120", "infrastructure": "", "keeps_days": "7"}
PAGE = "/environments/staging/"


@pytest.fixture
def environment() -> Environment:
    return factories.make_environment()


@pytest.fixture
def administrator(environment: Environment) -> User:
    return factories.make_person("ada", Role.ADMINISTRATOR, environment=environment)


def drifted(environment: Environment) -> HealthCheck:
    now = clock.now()
    return HealthCheck.objects.create(
        environment=environment,
        cause=HealthCause.SCHEDULE,
        requested_at=now,
        queued_at=now,
        ended_at=now,
        state=HealthCheckState.DONE,
        snapshot={},
        drift=[{"resource": "connectors/a", "path": "max", "before": 10, "after": 7}],
    )


def test_administrator_switches_it_on(client: Client, administrator: User) -> None:
    client.force_login(administrator)

    answer = client.post(f"{PAGE}monitor/", TYPED | {"keeps_sums_days": "30"})

    assert answer.status_code == 302
    row = Monitor.objects.get()
    assert (row.is_on, row.every, row.keeps_sums_days) == (True, 120, 30)
    assert "checked every 2 min against Netra staging" in client.get(PAGE).content.decode()


def test_wrong_input_and_wrong_person_are_refused_in_words(
    client: Client, administrator: User, engineer: User
) -> None:
    client.force_login(administrator)
    wrong = client.post(f"{PAGE}monitor/", TYPED | {"every": "1", "keeps_sums_days": "30"})
    missing = client.post(f"{PAGE}monitor/", TYPED)
    client.force_login(engineer)
    refused = client.post(f"{PAGE}monitor/", TYPED | {"keeps_sums_days": "30"})

    assert [one.status_code for one in (wrong, missing, refused)] == [422, 422, 403]
    assert "A check every 10 seconds" in wrong.content.decode()
    assert not Monitor.objects.filter(is_on=True).exists()


def test_drift_is_accepted_by_an_administrator(
    client: Client, environment: Environment, administrator: User, engineer: User
) -> None:
    check = drifted(environment)
    Monitor.objects.create(environment=environment)
    address = f"{PAGE}monitor/accept/{check.pk}/"
    client.force_login(engineer)
    assert "Accept this configuration" not in client.get(PAGE).content.decode()
    assert client.post(address).status_code == 403
    client.force_login(administrator)
    assert "Accept this configuration" in client.get(PAGE).content.decode()

    assert client.post(address).status_code == 302
    assert Monitor.objects.get().baseline == check


def test_nobody_accepts_a_check_of_another_environment(client: Client, administrator: User) -> None:
    elsewhere = drifted(factories.make_environment("elsewhere"))
    client.force_login(administrator)

    assert client.post(f"{PAGE}monitor/accept/{elsewhere.pk}/").status_code == 404


def _blinded(environment: Environment, area: str = "") -> None:
    now = clock.now()
    what = f"not seen all of {area}" if area else "seen nothing"
    Alert.objects.create(
        key=f"monitor/staging/blind{area and '/'}{area}",
        kind=AlertKind.MONITOR,
        title=f"The monitor of staging has {what} since noon",
        because="Nobody <b> answers.",
        environment=environment,
        first_at=now,
        last_at=now,
    )


@pytest.mark.parametrize(("status", "word"), [("healthy", "unknown"), ("critical", "critical")])
def test_what_was_healthy_is_not_known_while_the_monitor_sees_nothing(
    environment: Environment, status: str, word: str
) -> None:
    drifted(environment)
    HealthCheck.objects.update(status=status, passed=9)
    _blinded(environment)

    standing = read_standing(environment, now=clock.now())

    assert standing.word == word
    assert standing.sentence.startswith("When it was last seen: ")


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("/health/", ""),
        *((page, " Nobody &lt;b&gt; answers.") for page in ("/health/staging/", PAGE)),
    ],
)
def test_pages_say_that_the_monitor_sees_nothing(
    environment: Environment, client: Client, engineer: User, page: str, why: str
) -> None:
    _blinded(environment)
    client.force_login(engineer)

    shown = client.get(page).content.decode()

    assert f"The monitor of staging has seen nothing since noon.{why}<" in shown

    _blinded(environment, "secrets")
    of_secrets = "The monitor of staging has not seen all of secrets since noon."
    assert of_secrets not in client.get(page).content.decode()
    Alert.objects.filter(key="monitor/staging/blind").delete()
    shown = client.get(page).content.decode()
    assert of_secrets in shown and why in shown
