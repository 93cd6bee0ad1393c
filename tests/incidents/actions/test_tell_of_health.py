"""What the monitor found, as alerts."""

from __future__ import annotations

import pytest

from incidents.actions.tell_of_health import Seen, tell_of_health
from incidents.models import Alert, Monitor
from runbook.health.drift import Drift
from runbook.health.report import Area, AreaReport, Finding, Report
from runbook.health.verdict import Verdict
from tests import factories

pytestmark = pytest.mark.django_db

PASSED = Finding(Area.DATABASE, "db", "databases.db.state", "RUNNABLE", "RUNNABLE", "passed")


def test_what_drifts_besides_is_told_in_the_same_alert() -> None:
    monitor = Monitor.objects.create(environment=factories.make_environment(), is_on=True)
    areas = (AreaReport(Area.DATABASE, "Cloud SQL Instance", (PASSED,)),)
    report = Report("shop", "p", "r", "2026-11-21T03:00:00Z", areas)
    tier, flag = Drift("db", "tier", "a", "b"), Drift("db", "flags.work_mem", "1", "2")

    def told(*drifted: Drift) -> tuple[str, int]:
        tell_of_health(Seen(monitor, report, (), drifted, Verdict()))
        alert = Alert.objects.get()
        return alert.summary, alert.times

    assert told(tier) == ("db tier: a → b", 1)
    assert told(tier) == ("db tier: a → b", 1)
    assert told(tier, flag) == ("db tier: a → b\ndb flags.work_mem: 1 → 2", 2)
