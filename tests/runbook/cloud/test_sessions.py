"""Sessions: where they may point, and that threads do not mix their answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from tests.runbook.simulated import Simulated


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1:1", "http://10.0.0.1:80", "http://example.com", "127.0.0.1:80"]
)
def test_session_refuses_a_simulator_elsewhere(endpoint: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        Session(Target("t", "netra-staging", "us-central1", endpoint=endpoint))


def test_session_within_shortens_its_bounds_only() -> None:
    session = Session(Target("t", "netra-staging", "us-central1"), request_id="r")
    short = session.within(5)
    assert (short.target.deadline, short.target.read_timeout, short.request_id) == (5, 5, "r")
    assert session.within(10_000).target == session.target


def test_threads_get_their_own_answers(cloud: Simulated) -> None:
    session = cloud.session()

    def ask(number: int) -> tuple[object, object]:
        if number % 2:
            found = session.sql.instance("netra-staging", "netra-staging-db")
        else:
            found = session.compute.health_check("netra-staging", "staging-backend-health-check")
        return number % 2, found["name"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(80)))
    assert answers == {(1, "netra-staging-db"), (0, "staging-backend-health-check")}


def test_compute_resources_look_like_the_rest_api(cloud: Simulated) -> None:
    found = cloud.session().compute.health_check("netra-staging", "staging-backend-health-check")
    assert (found["timeoutSec"], type(found["id"])) == (5, str)
    assert found["selfLink"] == (
        "https://www.googleapis.com/compute/v1/projects/netra-staging/global/healthChecks/"
        "staging-backend-health-check"
    )


def test_a_proxy_of_the_environment_does_not_see_the_simulator(
    cloud: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    session = cloud.session()
    assert session.sql.instance("netra-staging", "netra-staging-db")["state"] == "MAINTENANCE"
    found = session.compute.backend_service("netra-staging", "staging-backend-service")
    assert found["name"] == "staging-backend-service"
