"""Dates of managed certificates do not grow old with the scenario that names them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from runbook.simulator.renewal import LIFE, kept_new, renewed
from tests.runbook.simulator.running import running

TOLD = datetime(2027, 2, 10, 7, 41, 17, tzinfo=UTC)
MONTH = timedelta(days=30)
MANAGED = {"managed": {"status": "ACTIVE"}}


def test_certificate_is_renewed_a_month_before_its_end() -> None:
    for days in range(-60, 400):
        now = TOLD + timedelta(days=days)
        ends = renewed(TOLD, now)
        assert now + MONTH < ends
        assert ends == TOLD or ends - LIFE <= now


def test_scenario_tells_the_end_of_the_newest_in_the_form_of_its_api() -> None:
    told = {
        "compute": {**MANAGED, "expireTime": "2020-02-09T23:41:17.000-08:00"},
        "manager": {**MANAGED, "expireTime": "2020-03-18T15:20:10Z"},
        "uploaded": {"type": "SELF_MANAGED", "expireTime": "2020-12-31T15:59:59.000-08:00"},
    }
    new = {name: str(one["expireTime"]) for name, one in kept_new(told).items()}

    assert new.pop("uploaded") == told["uploaded"]["expireTime"]
    assert [text[10:] for text in new.values()] == ["T23:41:17.000-08:00", "T15:20:10Z"]
    assert all(datetime.fromisoformat(text) > datetime.now(UTC) + MONTH for text in new.values())


def test_site_serves_the_newest() -> None:
    now = datetime(2031, 5, 1, tzinfo=UTC)
    with running(scenario="healthy", now=now.timestamp) as simulator:
        served = simulator.get("/_simulator/site/certificate?host=staging.netrasystems.ai")

    assert datetime.fromisoformat(served["not_before"]) <= now
    assert datetime.fromisoformat(served["not_after"]) > now + MONTH
