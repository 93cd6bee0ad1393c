"""The health of environments, for pages to show: staging has turned critical, its connector is over
a limit and its configuration has drifted; production is healthy. INC-1 has an alert of it and was
validated once."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from incidents import clock
from incidents.health_states import HealthCause, HealthCheckState
from incidents.models import (
    Alert,
    Environment,
    HealthCheck,
    Incident,
    Measurement,
    Monitor,
    ThresholdWatch,
    Validation,
)
from runbook.health.report import Area, AreaReport, Finding, Report

PROJECT = "projects/netra-staging"
CONNECTOR = f"{PROJECT}/locations/us-central1/connectors/staging-connector"
INSTANCE = f"{PROJECT}/instances/netra-staging-db"
BACKEND = f"{PROJECT}/locations/us-central1/services/netra-backend-staging"
CERTIFICATE = f"{PROJECT}/global/sslCertificates/staging-cert"
SITE = "https://api-staging.netrasystems.ai/health"
SECRETS = [
    "anthropic-api-key", "database-url", "database-direct-url", "fernet-key-staging",
    "gemini-api-key", "jwt-secret-staging", "oauth-client-id", "oauth-client-secret",
    "redis-url", "session-secret-key",
]  # fmt: skip
FIX = (
    "gcloud compute networks vpc-access connectors update staging-connector --region=us-central1"
    " --min-instances=2 --project=netra-staging"
)
DRIFT = [
    {"resource": CONNECTOR, "path": "minInstances", "before": 2, "after": 1},
    {"resource": INSTANCE, "path": "settings.ipConfiguration.sslMode",
     "before": "ENCRYPTED_ONLY", "after": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"},
]  # fmt: skip


def furnish(staging: Environment, production: Environment, incident: Incident) -> None:
    engineer = User.objects.get(username="engineer")
    _watched(staging, every=60)
    _watched(production, every=300)
    healthy = make_report(is_broken=False)
    make_check(production, healthy, minutes_ago=2)
    for ago in range(360, 130, -10):
        make_check(staging, healthy, minutes_ago=ago)
    HealthCheck.objects.filter(pk=make_check(staging, healthy, minutes_ago=125).pk).update(
        state=HealthCheckState.FAILED,
        status="",
        error="Google did not answer: timed out.",
    )
    broken = make_report(is_broken=True)
    make_check(staging, broken, minutes_ago=90, cause=HealthCause.HAND, requested_by=engineer)
    newest = make_check(staging, broken, minutes_ago=1, drift=DRIFT)
    _watches(staging)
    _measured(staging)
    _alerts(staging, incident, broken)
    _validated(incident, engineer, newest)


def make_check(
    environment: Environment, report: Report, *, minutes_ago: int, **columns: Any
) -> HealthCheck:
    at = clock.now() - timedelta(minutes=minutes_ago)
    written = report.as_json()
    verdict = {"verdict": "", "because": "", "numbers": []}
    if report.criticals:
        verdict = {
            "verdict": "infrastructure",
            "because": "The connector is not READY, and the services reach their database by it.",
            "numbers": _numbers(),
        }
    return HealthCheck.objects.create(
        **{
            "environment": environment,
            "cause": HealthCause.SCHEDULE,
            "requested_at": at,
            "queued_at": at,
            "started_at": at,
            "ended_at": at + timedelta(seconds=report.seconds),
            "state": HealthCheckState.DONE,
            "status": report.status.value,
            "criticals": len(report.criticals),
            "warnings": len(report.warnings),
            "unchecked": len(report.unchecked),
            "passed": report.passed,
            "seconds": report.seconds,
            "report": written | verdict,
            **columns,
        }
    )


def make_report(*, is_broken: bool) -> Report:
    """Seven areas, healthy or as the connector's outage left them."""
    areas = {
        Area.CONNECTOR: ("VPC connector", _connector(is_broken=is_broken)),
        Area.DATABASE: ("Cloud SQL", _database(is_broken=is_broken)),
        Area.SECRETS: ("Secrets", _secrets(is_broken=is_broken)),
        Area.SSL: ("Certificates", [_held(Area.SSL, CERTIFICATE, "state", "ACTIVE")]),
        Area.LOAD_BALANCER: ("Load balancer", _load_balancer(is_broken=is_broken)),
        Area.SERVICES: ("Cloud Run", _services(is_broken=is_broken)),
        Area.ENDPOINTS: ("Endpoints", [_held(Area.ENDPOINTS, SITE, "status", "200")]),
    }
    return Report(
        infrastructure="netra-staging",
        project="netra-staging",
        region="us-central1",
        at="2026-11-21T03:00:00Z",
        seconds=0.8,
        areas=tuple(
            AreaReport(area, title, tuple(findings), 0.4)
            for area, (title, findings) in areas.items()
        ),
    )


def _held(area: Area, resource: str, name: str, value: str, **said: Any) -> Finding:
    short = resource if "://" in resource else resource.rpartition("/")[2]
    return Finding(
        **{
            "area": area, "resource": resource, "expectation": f"section.{short}.{name}",
            "expected": value, "found": value, "verdict": "passed", "line": 12, **said,
        }
    )  # fmt: skip


def _connector(*, is_broken: bool) -> list[Finding]:
    rest = [
        _held(Area.CONNECTOR, CONNECTOR, "network", "staging-vpc"),
        _held(Area.CONNECTOR, CONNECTOR, "max_instances", "at most 10"),
        _held(Area.CONNECTOR, CONNECTOR, "machine_type", "e2-micro"),
    ]
    state = _held(Area.CONNECTOR, CONNECTOR, "state", "READY")
    least = _held(Area.CONNECTOR, CONNECTOR, "min_instances", "at least 2")
    if not is_broken:
        return [state, least, *rest]
    failed_state = _held(
        Area.CONNECTOR, CONNECTOR, "state", "READY", found="CREATING", verdict="failed",
        message="VPC connector state is 'CREATING', expected 'READY'",
        action="Wait for Google to finish, then look again; delete and make it anew after 20 min.",
    )  # fmt: skip
    failed_least = _held(
        Area.CONNECTOR, CONNECTOR, "min_instances", "at least 2", found="1", verdict="failed",
        severity="warning", message="Min instances is 1, should be at least 2", fix=FIX,
    )  # fmt: skip
    return [failed_least, failed_state, *rest]


def _database(*, is_broken: bool) -> list[Finding]:
    version = _held(Area.DATABASE, INSTANCE, "version", "at least POSTGRES_14")
    if not is_broken:
        return [version]
    risk = _held(
        Area.DATABASE, INSTANCE, "require_tls", "true", found="false", verdict="failed",
        severity="warning", is_risk=True, message="SSL not required - security risk",
    )  # fmt: skip
    return [version, risk]


def _secrets(*, is_broken: bool) -> list[Finding]:
    missing = ("database-url", "jwt-secret-staging") if is_broken else ()
    return [
        _held(
            Area.SECRETS, f"{PROJECT}/secrets/{name}", "exists", "there",
            **({"found": "missing", "verdict": "failed", "message": f"Secret '{name}' is missing"}
               if name in missing else {}),
        )
        for name in SECRETS
    ]  # fmt: skip


def _load_balancer(*, is_broken: bool) -> list[Finding]:
    check = f"{PROJECT}/global/healthChecks/backend-health"
    if not is_broken:
        return [_held(Area.LOAD_BALANCER, check, "timeout", "5 s")]
    return [
        _held(
            Area.LOAD_BALANCER, check, "timeout", "5 s", found="", verdict="unchecked",
            message="Google refused to say: permission compute.healthChecks.get is missing (403).",
        )
    ]  # fmt: skip


def _services(*, is_broken: bool) -> list[Finding]:
    ready = _held(Area.SERVICES, BACKEND, "ready", "true")
    if not is_broken:
        return [ready]
    sentence = "Service 'netra-backend-staging' has incorrect VPC connector: ''"
    return [
        ready,
        _held(
            Area.SERVICES, BACKEND, "connector", "staging-connector", found="", verdict="failed",
            message=sentence,
            fix="gcloud run services update netra-backend-staging --vpc-connector=staging-connector"
            " --region=us-central1 --project=netra-staging",
        ),
        _held(
            Area.SERVICES, BACKEND, "egress", "all-traffic", found="", verdict="failed",
            message="Service 'netra-backend-staging' has incorrect VPC egress: ''",
            follows=sentence,
        ),
    ]  # fmt: skip


def _watched(environment: Environment, *, every: int) -> None:
    soon = clock.now() + timedelta(hours=20)
    Monitor.objects.create(environment=environment, is_on=True, every=every, next_at=soon)


def _numbers() -> list[dict[str, Any]]:
    common = {"is_above": True, "for": 300, "severity": "critical", "layer": "infrastructure"}
    return [
        common | {
            "name": "connector-utilisation", "title": "Connector is nearly full",
            "metric": "connector.utilisation", "unit": "%", "subject": "staging-connector",
            "value": 91.2, "limit": 80, "state": "over",
        },
        common | {
            "name": "slow-endpoint", "title": "An endpoint answers slowly", "unit": "s",
            "metric": "endpoint.seconds", "subject": SITE, "value": 0.84, "limit": 5, "for": 120,
            "state": "normal", "severity": "warning", "layer": "application",
        },
        common | {
            "name": "login-success", "title": "Sign-ins that succeed", "metric": "login.success",
            "unit": "%", "subject": "", "value": None, "limit": 95, "is_above": False,
            "state": "normal", "severity": "warning",
            "detail": "no data: Cloud Monitoring knows no series of that filter",
        },
    ]  # fmt: skip


def _watches(environment: Environment) -> None:
    now = clock.now()
    for name, subject, state, minutes, value in (
        ("connector-utilisation", "staging-connector", "over", 84, 91.2),
        ("slow-endpoint", SITE, "normal", 900, 0.84),
    ):
        ThresholdWatch.objects.create(
            environment=environment, name=name, subject=subject, state=state, value=value,
            since=now - timedelta(minutes=minutes), checked_at=now,
        )  # fmt: skip


def _measured(environment: Environment) -> None:
    now = clock.now()
    rows = []
    for step in range(144):
        at = now - timedelta(minutes=10 * (143 - step))
        late = max(0, step - 126)
        for name, subject, value in (
            ("connector.utilisation", "staging-connector", 52 + 9 * math.sin(step / 7) + 2 * late),
            ("connector.instances", "staging-connector", 2 if step < 130 else 1),
            ("endpoint.seconds", SITE, 0.3 + 0.05 * math.sin(step / 3) + 0.03 * late),
            ("endpoint.seconds", "https://staging.netrasystems.ai/", 0.2 + 0.02 * (step % 5)),
            ("certificate.days", CERTIFICATE, 61 - step / 144),
            ("sql.connections", "netra-staging-db", 31 + 6 * math.sin(step / 11)),
        ):
            if not 40 < step < 48:
                rows.append((name, subject, at, value))
    Measurement.objects.bulk_create(
        Measurement(
            environment=environment, name=name, subject=subject, at=at, value=value, least=value,
            most=value,
        )
        for name, subject, at, value in rows
    )  # fmt: skip


def _alerts(environment: Environment, incident: Incident, report: Report) -> None:
    now = clock.now()
    failed = [asdict(one) for one in report.findings() if one.verdict == "failed"]
    common = {"environment": environment, "kind": "monitor", "last_at": now}
    Alert.objects.create(
        **common, key="monitor/staging/check", title="staging is critical", severity="critical",
        summary="5 critical failures, 1 warning", verdict="infrastructure", findings=failed,
        because="The connector is not READY, and the services reach their database by it.",
        first_at=now - timedelta(minutes=90), times=4, incident=incident,
    )  # fmt: skip
    Alert.objects.create(
        **common, key="monitor/staging/connector-utilisation/x", severity="critical",
        title="Connector is nearly full: 91.2 % of staging-connector",
        first_at=now - timedelta(minutes=79),
    )  # fmt: skip


def _validated(incident: Incident, engineer: User, after: HealthCheck) -> None:
    asked = clock.now() - timedelta(minutes=40)
    before = HealthCheck.objects.filter(environment=after.environment).order_by("-pk")[1]
    Validation.objects.create(
        incident=incident, number=1, asked_by=engineer, asked_at=asked, queued_at=asked,
        state="done", ended_at=asked + timedelta(seconds=9), before=before, after=after,
        passed=14, total=19, recommendation="Do not sign off: infrastructure is critical and"
        " 4 of its 9 criteria do not hold.", digest="0" * 64,
        results=[
            {"category": "infrastructure", "title": "VPC connector", "before": "2 of 5 failed",
             "after": "2 of 5 failed", "passed": False, "detail": "It is CREATING."},
            {"category": "services", "title": "Health endpoints answer 200", "before": "503",
             "after": "200", "passed": True, "detail": ""},
            {"category": "performance", "title": "Database connects within 35 s", "before": "",
             "after": "", "passed": None, "detail": "Nothing was measured."},
        ],
    )  # fmt: skip
