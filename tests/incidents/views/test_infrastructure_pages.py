"""The pages about the health of environments: who sees and does what, how much they ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import clock
from incidents.health_states import HealthCause, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Incident, Measurement, Monitor
from incidents.queries.infrastructure import file_or_why
from incidents.states import Role
from runbook.health.report import Area, AreaReport, Finding, Report
from tests import factories
from tests.browser.health import CONNECTOR, DRIFT, make_check, make_report
from tests.incidents.conftest import SetClock
from tests.incidents.views.conftest import SignIn

PAGE = "/health/staging/"


@pytest.fixture
def staging(db: None) -> Environment:
    return factories.make_environment()


@pytest.fixture
def critical(staging: Environment) -> HealthCheck:
    return make_check(staging, make_report(is_broken=True), minutes_ago=1)


def _asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_card_says_what_is_wrong_and_whose_fault_it_is(
    critical: HealthCheck, sign_in: SignIn, leader: User
) -> None:
    page = sign_in(leader).get("/health/").content.decode()

    assert "4 critical failures, 2 warnings, 1 could not be checked, 15 as expected." in page
    assert "<b>Infrastructure:</b> The connector is not READY" in page
    assert "2 areas as expected" in page
    assert page.count('class="strip-hour ') == 24
    assert "Critical in 1 of the last 24 hours, not checked in 23" in page


def test_page_shows_expected_against_found_with_what_mends_it(
    critical: HealthCheck, sign_in: SignIn, leader: User
) -> None:
    page = sign_in(leader).get(PAGE).content.decode()

    assert "VPC connector state is &#x27;CREATING&#x27;, expected &#x27;READY&#x27;" in page
    assert "--min-instances=2 --project=netra-staging" in page
    assert page.index('id="area-vpc-connector"') < page.index('id="area-ssl"')
    assert "no data: Cloud Monitoring knows no series of that filter" in page


def test_environment_without_a_file_says_what_to_do(sign_in: SignIn, leader: User) -> None:
    Environment.objects.filter(pk=factories.make_environment().pk).update(project="another")

    page = sign_in(leader).get(PAGE).content.decode()

    assert "No infrastructure file names the project another." in page


def test_health_of_others_is_not_there(
    critical: HealthCheck, sign_in: SignIn, outsider: User
) -> None:
    client = sign_in(outsider)
    paths = [PAGE, f"{PAGE}{critical.pk}/", f"{PAGE}series/?metric=x&since=1h", f"{PAGE}trend/"]

    assert [client.get(path).status_code for path in paths] == [404] * 4
    assert client.post(f"{PAGE}run/").status_code == 404
    assert client.post(f"{PAGE}fixes/").status_code == 404
    assert "4 critical" not in client.get("/health/").content.decode()


def test_names_that_nothing_has_break_nothing(
    critical: HealthCheck, sign_in: SignIn, leader: User
) -> None:
    """PostgreSQL takes no zero byte."""
    client = sign_in(leader)
    assert client.get(f"{PAGE}series/?metric=%00&since=1h").status_code == 422
    assert client.get(f"{PAGE}trend/?metric=%00&subject=%00").status_code == 404


def test_strangers_are_led_to_sign_in(critical: HealthCheck, client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"


def test_two_who_press_run_now_get_one_check(
    staging: Environment, sign_in: SignIn, engineer: User, commander: User
) -> None:
    for person in (engineer, commander):
        sign_in(person).post(f"{PAGE}run/")

    (check,) = HealthCheck.objects.all()
    assert (check.cause, check.state) == (HealthCause.HAND, HealthCheckState.WAITING)
    assert check.requested_by == engineer


def test_while_a_check_waits_the_page_says_so_and_asks_often(
    staging: Environment, sign_in: SignIn, engineer: User
) -> None:
    answer = sign_in(engineer).post(f"{PAGE}run/", headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert 'hx-trigger="changed, every 2s"' in page
    assert 'hx-get="/health/staging/?since=24h"' in page
    assert "waits for a worker" in page


def test_viewer_may_not_run_a_check(staging: Environment, sign_in: SignIn, leader: User) -> None:
    client = sign_in(leader)

    assert "Run now" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}run/").status_code == 403
    assert not HealthCheck.objects.exists()


def test_fixes_are_proposed_by_who_may_declare(
    critical: HealthCheck, sign_in: SignIn, commander: User, engineer: User
) -> None:
    assert sign_in(engineer).post(f"{PAGE}fixes/").status_code == 403
    answer = sign_in(commander).post(f"{PAGE}fixes/")

    incident = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{incident.name}/"


def test_fixes_are_opened_once_and_the_second_is_led_there(
    critical: HealthCheck, sign_in: SignIn, commander: User
) -> None:
    client = sign_in(commander)
    client.post(f"{PAGE}fixes/")

    answer = client.post(f"{PAGE}fixes/", headers={"HX-Request": "true"})

    incident = Incident.objects.get()
    page = answer.content.decode()
    assert "commander opened these changes" in page
    assert f'href="/incidents/{incident.name}/"' in page
    led = f'<a href="/incidents/{incident.name}/">{incident.name}</a> is open to mend'
    assert led in client.get(PAGE).content.decode()
    Incident.objects.update(state="resolved", resolved_at=clock.now())
    assert led not in client.get(PAGE).content.decode()


def test_board_says_whose_fault_it_is(
    incident: Incident, staging: Environment, sign_in: SignIn, leader: User
) -> None:
    Incident.objects.update(started_at=clock.now() - timedelta(minutes=5))
    make_check(staging, make_report(is_broken=True), minutes_ago=1, incident=incident)
    client, path = sign_in(leader), f"/incidents/{incident.name}/board/"

    for address in (path, f"{path}?wall"):
        page = client.get(address).content.decode()
        assert "The infrastructure is at fault." in page and "4 critical findings" in page
    assert "The connector is not READY" in client.get(path).content.decode()


def test_fixes_need_a_report(staging: Environment, sign_in: SignIn, commander: User) -> None:
    assert sign_in(commander).post(f"{PAGE}fixes/").status_code == 409


def test_check_that_was_compacted_keeps_its_counts(
    critical: HealthCheck, sign_in: SignIn, leader: User
) -> None:
    HealthCheck.objects.update(report=None)

    page = sign_in(leader).get(f"{PAGE}{critical.pk}/").content.decode()

    assert "4 critical failures" in page
    assert "Only its counts are kept" in page


def test_drift_is_accepted_by_administrators_only(
    staging: Environment, sign_in: SignIn, leader: User
) -> None:
    administrator = factories.make_person("administrator", Role.ADMINISTRATOR)
    make_check(staging, make_report(is_broken=True), minutes_ago=1, drift=DRIFT)

    read = sign_in(leader).get(PAGE).content.decode()
    assert "Accept this configuration" not in read
    assert "An administrator of staging accepts it" in read
    assert 'href="#drift">configured otherwise</a> than when it was last healthy' in read
    assert read.index('id="drift"') < read.index('id="numbers-title"')
    page = sign_in(administrator).get(PAGE).content.decode()
    assert "Accept this configuration" in page
    assert "ENCRYPTED_ONLY" in page


def test_trouble_without_an_incident_stands_on_the_first_page(
    critical: HealthCheck, staging: Environment, sign_in: SignIn, commander: User
) -> None:
    client = sign_in(commander)
    before = client.get("/").content.decode()
    incident = factories.make_incident(commander)
    alert = {"kind": "monitor", "environment": staging, "title": "Slow", "first_at": clock.now()}
    Alert.objects.create(key="a", last_at=clock.now(), **alert)
    with_alert = client.get("/").content.decode()
    Alert.objects.update(incident=incident)

    assert "4 critical failures that no open incident is about." in before
    assert "1 alert that no open incident is about." in with_alert
    assert "that no open incident is about" not in client.get("/").content.decode()


def test_series_hold_points_limits_and_incidents(
    critical: HealthCheck, staging: Environment, sign_in: SignIn, commander: User
) -> None:
    incident = factories.make_incident(commander, title="Slow", severity="P2")
    _measure(staging, "connector.utilisation", "staging-connector", [50.0, 91.2])

    found = sign_in(commander).get(f"{PAGE}series/?metric=connector.utilisation&since=1h").json()

    assert found["unit"] == "%"
    assert [one["value"] for one in found["series"]] == [[50.0, 91.2]]
    assert [one["value"] for one in found["limits"]] == [80]
    assert [one["name"] for one in found["incidents"]] == [incident.name]


@pytest.mark.parametrize(
    "asked", ["metric=x", "since=1h", "metric=x&since=2026-13-45", "metric=x&since=soon"]
)
def test_series_of_nothing_are_refused_in_words(
    asked: str, staging: Environment, sign_in: SignIn, leader: User
) -> None:
    answer = sign_in(leader).get(f"{PAGE}series/?{asked}")

    assert (answer.status_code, "Name a metric" in answer.json()["error"]) == (422, True)


def test_trend_is_a_table_too(staging: Environment, sign_in: SignIn, leader: User) -> None:
    _measure(staging, "endpoint.seconds", "https://a.example/", [0.25, 0.5])
    client = sign_in(leader)

    page = client.get(f"{PAGE}trend/?metric=endpoint.seconds").content.decode()

    assert "0.25 s" in page and "0.5 s" in page
    assert client.get(f"{PAGE}trend/?metric=nothing").status_code == 404


def test_trend_of_a_time_without_points_says_so(
    staging: Environment, sign_in: SignIn, leader: User
) -> None:
    _measure(staging, "endpoint.seconds", "https://a.example/", [0.25])
    Measurement.objects.update(at=clock.now() - timedelta(days=3))

    page = sign_in(leader).get(f"{PAGE}trend/?metric=endpoint.seconds&since=1h").content.decode()

    assert "Nothing was measured within 1h" in page


def test_overview_asks_the_same_for_1_environment_and_20(
    sign_in: SignIn, leader: User, staging: Environment
) -> None:
    client, report = sign_in(leader), make_report(is_broken=True)
    _fill(staging, report)
    few = _asked(client, "/health/")
    for number in range(19):
        other = factories.make_environment(f"other-{number}")
        other.memberships.create(person=leader, role=Role.VIEWER)
        _fill(other, report)

    assert _asked(client, "/health/") == few
    assert few <= 14


def test_environment_asks_the_same_for_few_checks_and_many(
    sign_in: SignIn, engineer: User, staging: Environment
) -> None:
    client, report = sign_in(engineer), make_report(is_broken=True)
    _fill(staging, report)
    few = _asked(client, PAGE)
    for _ in range(20):
        _fill(staging, report, monitor=False)
        factories.make_incident(engineer)

    assert _asked(client, PAGE) == few
    assert few <= 24


def test_page_of_300_findings_stays_below_200_kb(
    sign_in: SignIn, leader: User, staging: Environment
) -> None:
    findings = tuple(
        Finding(
            area=Area.CONNECTOR,
            resource=f"{CONNECTOR}-{number}",
            expectation=f"connectors.staging-connector-{number}.state",
            expected="READY",
            found="READY" if number % 3 else "CREATING",
            verdict="passed" if number % 3 else "failed",
            message="" if number % 3 else "VPC connector state is 'CREATING', expected 'READY'",
            fix="" if number % 3 else "gcloud compute networks vpc-access connectors update x",
        )
        for number in range(300)
    )
    area = AreaReport(Area.CONNECTOR, "VPC connector", findings)
    report = Report(
        "netra-staging", "netra-staging", "us-central1", "2026-11-21T03:00:00Z", (area,)
    )
    for ago in range(31, 0, -10):
        make_check(staging, report, minutes_ago=ago, cause=HealthCause.HAND)

    assert len(sign_in(leader).get(PAGE).content) < 200_000


def test_age_beyond_three_intervals_is_out_of_date(
    critical: HealthCheck, staging: Environment, sign_in: SignIn, leader: User, set_clock: SetClock
) -> None:
    Monitor.objects.create(environment=staging, is_on=True, every=60, next_at=set_clock())
    HealthCheck.objects.update(requested_at=set_clock())
    client = sign_in(leader)
    set_clock.advance(170)
    before = client.get(PAGE).content.decode()
    set_clock.advance(20)

    assert "it is out of date" not in before
    assert "it is out of date" in client.get(PAGE).content.decode()


def _fill(environment: Environment, report: Report, *, monitor: bool = True) -> None:
    now = clock.now()
    if monitor:
        Monitor.objects.create(environment=environment, is_on=True, every=60, next_at=now)
    check = make_check(environment, report, minutes_ago=1, drift=DRIFT)
    HealthCheck.objects.create(
        environment=environment, cause=HealthCause.SCHEDULE, requested_at=now, queued_at=now
    )
    Alert.objects.create(
        key=f"monitor/{environment}/{check.pk}",
        kind="monitor",
        environment=environment,
        title="Critical",
        first_at=now,
        last_at=now,
    )
    _measure(environment, "endpoint.seconds", f"https://{check.pk}.example/", [0.1, 0.2])


def _measure(environment: Environment, name: str, subject: str, values: list[float]) -> None:
    for minutes, value in enumerate(reversed(values), start=1):
        Measurement.objects.create(
            environment=environment,
            name=name,
            subject=subject,
            at=clock.now() - timedelta(minutes=minutes),
            value=value,
            least=value,
            most=value,
        )


def test_problem_of_the_file_that_failed_the_check_is_said_once(
    critical: HealthCheck, sign_in: SignIn, leader: User
) -> None:
    Environment.objects.update(project="another")
    problem = "No infrastructure file names the project another."
    whole = file_or_why(Environment.objects.get())[1]
    assert whole.startswith(problem)
    HealthCheck.objects.create(
        environment=critical.environment,
        cause=HealthCause.SCHEDULE,
        requested_at=clock.now(),
        queued_at=clock.now(),
        state=HealthCheckState.FAILED,
        error=whole,
    )
    head = sign_in(leader).get(PAGE).content.decode().partition('class="health-columns"')[0]
    assert head.count(problem) == 1


def test_alerts_beside_the_matrix_have_the_worst_first(
    staging: Environment, sign_in: SignIn, leader: User
) -> None:
    for severity, ago in (("critical", 9), ("warning", 5), ("critical", 3)):
        at = clock.now() - timedelta(minutes=ago)
        Alert.objects.create(
            environment=staging,
            key=f"{ago}",
            kind="monitor",
            title=f"Condition {ago}",
            severity=severity,
            first_at=at,
            last_at=clock.now(),
        )
    page = sign_in(leader).get(PAGE).content.decode()
    places = [page.index(f"Condition {ago}") for ago in (3, 9, 5)]
    assert places == sorted(places)
