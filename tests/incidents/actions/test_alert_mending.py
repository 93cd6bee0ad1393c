"""Alerts that begin after what would mend them was proposed: they join that incident."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.actions.alert_recovery import close_what_is_over
from incidents.actions.propose_fixes import propose
from incidents.actions.resolve import resolve
from incidents.health_states import AlertKind, AlertSeverity
from incidents.models import Alert, Environment, Incident, Notification
from runbook.health.report import Area, AreaReport, Finding, Report
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, make_rule, signal
from tests.incidents.conftest import at_once

DATABASE = Finding(
    area=Area.DATABASE,
    resource="projects/netra-staging/instances/netra-staging-db",
    expectation="databases.netra-staging-db.tls_required",
    expected="yes",
    found="no",
    verdict="failed",
    message="SSL not required",
    fix="gcloud sql instances patch netra-staging-db --ssl-mode=ENCRYPTED_ONLY"
    " --project=netra-staging",
)
STOPPED = replace(DATABASE, expectation="databases.netra-staging-db.state", fix="")


@pytest.fixture
def staging(db: None) -> Environment:
    return factories.make_environment()


@pytest.fixture
def mending(staging: Environment, commander: User) -> Incident:
    """A P0 that is to mend one critical finding, proposed while nothing fired."""
    area = AreaReport(Area.DATABASE, "Cloud SQL Instance", (DATABASE,))
    at = "2026-11-21T03:00:00Z"
    report = Report("netra-staging", "netra-staging", "us-central1", at, (area,))
    return propose(actor=commander, environment=staging, report=report).incident


def tells(threshold: str = "check", *findings: Finding, **fields: Any) -> Alert:
    """The monitor does."""
    subject = fields.pop("subject", "netra-staging")
    heard = alerts.hear(
        signal(
            **{
                "key": f"monitor/staging/{threshold}/{subject}",
                "kind": AlertKind.MONITOR,
                "severity": AlertSeverity.CRITICAL,
                "labels": {"threshold": threshold, "subject": subject},
                "findings": [asdict(one) for one in findings],
                **fields,
            }
        )
    )
    assert heard is not None
    return heard


def entries(incident: Incident, kind: str) -> list[str]:
    rows = incident.timeline.filter(kind=kind).order_by("number")
    return list(rows.values_list("text", flat=True))


def test_check_that_finds_what_is_to_be_mended_joins(mending: Incident) -> None:
    make_rule(tells=["commander"])

    alert = tells("check", DATABASE)

    assert alert.incident == mending
    assert entries(mending, "alert.joined") == [
        f"“{alert.title}” joins: what it is about is to be mended here"
    ]
    tells("check", firing=False)
    assert len(entries(mending, "alert.recovered")) == 1


def test_no_rule_declares_another_for_it_and_its_people_are_told(
    mending: Incident, engineer: User
) -> None:
    make_declaring(make_monitor(), severity="P1", tells=["engineer"], closes=True)

    assert tells("check", DATABASE).incident == mending

    assert Incident.objects.count() == 1
    told = Notification.objects.filter(person=engineer, kind="alert", shown="").values("subject")
    assert told.get()["subject"].startswith(f"{mending.name} (P0) is to mend it: “Condition")
    tells("check", firing=False)
    assert close_what_is_over() == 0
    assert Incident.objects.get().is_open


def test_number_of_what_is_to_be_mended_joins(mending: Incident) -> None:
    assert tells("sql-cpu", subject="netra-staging:netra-staging-db").incident == mending
    assert tells("sql-cpu", subject="netra-staging:another").incident is None


def test_what_else_is_wrong_is_left_to_the_rules(mending: Incident) -> None:
    make_declaring(make_monitor(), severity="P1", group_by=["threshold", "subject"])

    others = [
        tells("check", DATABASE, STOPPED),
        tells("drift", DATABASE),
        tells("blind"),
        tells("sql-cpu", subject="netra-staging-db", kind=AlertKind.GOOGLE),
    ]

    assert not Alert.objects.filter(incident=mending).exists()
    assert all(one.incident for one in others)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_what_a_rule_declares_as_worse_or_elsewhere_it_declares(
    mending: Incident, elsewhere: bool
) -> None:
    place = factories.make_environment("production") if elsewhere else None
    make_declaring(make_monitor(place), severity="P0", environment=place)
    Incident.objects.update(severity="P0" if elsewhere else "P2")

    assert tells("check", DATABASE).incident != mending
    assert Incident.objects.count() == 2


def test_what_fires_once_it_is_over_or_in_another_place_joins_nothing(
    mending: Incident, commander: User
) -> None:
    other = factories.make_environment("other")
    far = tells("check", DATABASE, key="monitor/other/check/x", environment=other)
    resolve(actor=commander, incident_id=mending.pk, words="It requires TLS again.")

    assert (far.incident, tells("check", DATABASE).incident) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_join_once(mending: Incident) -> None:
    make_declaring(make_monitor(), severity="P1")

    at_once(lambda: tells("check", DATABASE), lambda: tells("check", DATABASE))

    assert Incident.objects.count() == 1
    assert len(entries(mending, "alert.joined")) == 1
