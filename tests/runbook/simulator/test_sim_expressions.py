"""The filter language of list methods, on one entry as Cloud Logging keeps it."""

import pytest

from runbook.simulator.errors import Refusal
from runbook.simulator.expressions import compiled

ENTRY = {
    "severity": "ERROR",
    "timestamp": "2026-01-12T10:00:00.123456789Z",
    "logName": "projects/netra-staging/logs/run.googleapis.com%2Fstderr",
    "resource": {"type": "cloud_run_revision", "labels": {"service_name": "auth-staging"}},
    "labels": {"compute.googleapis.com/resource_name": "one"},
    "httpRequest": {"status": 503, "latency": "0.2s"},
    "textPayload": "Connection to 10.1.0.4 refused (attempt 3)",
}

FITS = [
    "",
    'resource.type="cloud_run_revision"',
    "resource.type=cloud_run_revision AND severity>=ERROR",
    "resource.type=cloud_run_revision severity>=WARNING",
    "severity=(CRITICAL OR ERROR)",
    "severity=INFO OR severity=ERROR",
    "NOT severity=INFO",
    "-severity=INFO",
    "severity!=INFO",
    'timestamp>="2026-01-12T10:00:00Z"',
    'timestamp<"2026-01-12T10:00:01+00:00"',
    'logName:"stderr"',
    'logName="projects/netra-staging/logs/run.googleapis.com%2Fstderr"',
    "httpRequest.status>=500 httpRequest.status<600",
    'textPayload:"connection to"',
    'textPayload=~"attempt [0-9]+"',
    'textPayload!~"granted"',
    '"refused"',
    "refused",
    "(severity=INFO OR refused) AND NOT granted",
    'labels."compute.googleapis.com/resource_name"=one',
    "resource.labels.service_name:*",
    'resource.labels.service_name=starts_with("auth")',
    'textPayload:("granted" OR "refused")',
    "severity=INFO OR severity=ERROR AND refused",
    "jsonPayload.cat!=1",
    "-- a comment\nseverity=ERROR",
    "resource.type = cloud_run_revision\nseverity = error",
]
FITS_NOT = [
    'resource.type="cloudsql_database"',
    "severity>ERROR",
    "severity<ERROR",
    "severity=INFO OR severity=ERROR AND granted",
    "NOT (refused OR granted)",
    "jsonPayload.cat=1",
    "jsonPayload.cat:*",
    "httpRequest.status=200",
    'textPayload="connection"',
    "httpRequest.latency>1",
]


@pytest.mark.parametrize("text", FITS)
def test_expression_fits(text: str) -> None:
    assert compiled(text)(ENTRY) is True


@pytest.mark.parametrize("text", FITS_NOT)
def test_expression_does_not_fit(text: str) -> None:
    assert compiled(text)(ENTRY) is False


@pytest.mark.parametrize(
    "text",
    ["(severity=ERROR", "severity=", "= ERROR", "a=b )", '"open', "a=nix(b)", 'a=~"("', "AND ("],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        compiled(text)(ENTRY | {"a": "x"})

    assert refused.value.code == 400
