"""Messages of other systems: every sample, odd ones included, and whatever bytes anybody posts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.alerts.catalogue import read, readers
from runbook.alerts.kinds.pagerduty import is_signed
from runbook.alerts.message import Malformed, Message

SAMPLES = Path(__file__).parents[2] / "data" / "alerts"
KINDS = {"google-cloud-monitoring": "google"}

FIRE_AND_END = {
    "alertmanager-empty-values": (1, 0),
    "alertmanager-legacy-many": (11, 0),
    "alertmanager-minimal": (1, 0),
    "alertmanager-no-generator": (0, 8),
    "alertmanager-v4-firing": (1, 0),
    "alertmanager-v4-group-mixed": (2, 0),
    "alertmanager-v4-real-1": (2, 0),
    "alertmanager-v4-real-2": (2, 0),
    "gcm-test-notification": (1, 0),
    "gcm-v1.2-closed": (0, 1),
    "gcm-v1.2-closed-cpu": (0, 1),
    "gcm-v1.2-docs-sample": (0, 1),
    "gcm-v1.2-open-cpu": (1, 0),
    "grafana-legacy-alerting": (1, 0),
    "grafana-legacy-ok": (0, 1),
    "grafana-legacy-rule": (1, 0),
    "grafana-v12-test-alert": (1, 0),
    "pagerduty-v3-incident-priority-updated": (1, 0),
}
REFUSED = {"pagerduty-v2-legacy-trigger"}


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


def message(name: str) -> Message:
    written = sample(name)
    kind = KINDS.get(written["kind"], written["kind"])
    return read(kind, json.dumps(written["body"]).encode())


def test_every_sample_is_meant() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {*FIRE_AND_END, *REFUSED}


@pytest.mark.parametrize("name", FIRE_AND_END)
def test_sample_is_read(name: str) -> None:
    told = message(name).alerts
    firing = sum(one.is_firing for one in told)
    assert (firing, len(told) - firing) == FIRE_AND_END[name]
    assert len({one.key for one in told}) == len(told)
    assert all(one.title and one.key for one in told)


def test_version_2_of_pagerduty_is_refused_in_words() -> None:
    with pytest.raises(Malformed, match=r"version 2.*Make a Generic Webhook \(v3\)"):
        message("pagerduty-v2-legacy-trigger")


@pytest.mark.parametrize("name", ["gcm-test-notification", "grafana-v12-test-alert"])
def test_tests_ask_for_nothing(name: str) -> None:
    assert message(name).is_test


def test_ping_of_pagerduty_is_a_test() -> None:
    ping = {"event": {"event_type": "pagey.ping", "data": {"type": "ping", "message": "Hello!"}}}
    assert read("pagerduty", json.dumps(ping).encode()) == Message((), is_test=True)


def test_what_an_alert_of_alertmanager_says() -> None:
    told = message("alertmanager-v4-firing").alerts[0]
    assert told.title == "Server High Memory usage"
    assert told.summary == "10.80.40.11 reported high memory usage with 23.28%."
    assert told.severity == "warning"
    assert told.labels["job"] == "docker_nodes"
    assert told.starts_at == datetime(2018, 3, 7, 11, 33, 21, 873077, tzinfo=UTC)
    assert told.ends_at is None


def test_capitals_of_a_severity_do_not_matter() -> None:
    severities = [one.severity for one in message("alertmanager-legacy-many").alerts]
    assert severities[:2] == ["critical", "warning"]


def test_what_google_says_of_an_incident() -> None:
    told = message("gcm-v1.2-docs-sample").alerts[0]
    assert told.key == "0.opqiw61fsv7p"
    assert told.title == "Monitor-Project-Cluster · VM Instance - CPU utilization [MAX]"
    assert told.labels["user-label-1"] == "important label"
    assert told.labels["zone"] == "us-central1-c"
    assert told.labels["project"] == "internal-project"
    assert "TEST ALERT" in told.summary


@pytest.mark.parametrize(
    ("state", "ended"), [("open", None), ("open", "null"), ("open", 0), ("OPEN", "")]
)
def test_open_incidents_of_google_have_no_end(state: str, ended: object) -> None:
    body = sample("gcm-v1.2-open-cpu")["body"]
    body["incident"] |= {"state": state, "ended_at": ended, "metric": {}}
    told = read("google", json.dumps(body).encode()).alerts[0]
    assert (told.is_firing, told.ends_at) == (True, None)


def test_relative_links_are_no_links() -> None:
    told = message("grafana-v12-test-alert").alerts[0]
    assert told.link == "https://grafana.example.com/d/dashboard_uid?viewPanel=1"
    assert message("grafana-legacy-rule").alerts[0].link == ""
    body = {"alerts": [{"labels": {"a": "b"}, "generatorURL": "javascript:alert(1)"}]}
    assert read("alertmanager", json.dumps(body).encode()).alerts[0].link == ""


def test_note_of_pagerduty_is_no_alert() -> None:
    event = {"event_type": "incident.annotated", "data": {"type": "incident_note", "id": "P1"}}
    read_as = read("pagerduty", json.dumps({"event": event}).encode())
    assert read_as.alerts == ()
    assert read_as.notes == ("“incident.annotated” says nothing about what fires.",)


def test_signature_of_pagerduty() -> None:
    body = (SAMPLES / "pagerduty-v3-raw.txt").read_bytes()
    headers = sample("pagerduty-v3-incident-priority-updated")["headers"]
    secret, header = headers["test-secret"], headers["X-PagerDuty-Signature"]
    assert is_signed(body, header=header, secret=secret)
    assert is_signed(body, header=f"v1={'0' * 64}, {header}", secret=secret)
    assert not is_signed(body + b" ", header=header, secret=secret)
    assert not is_signed(body, header=header, secret=secret + "x")
    assert not is_signed(body, header="", secret=secret)
    assert not is_signed(body, header=header.replace("v1=", "v2="), secret=secret)
    assert not is_signed(body, header="v1=é", secret=secret)


KEYS = [
    "alerts",
    "labels",
    "annotations",
    "status",
    "fingerprint",
    "startsAt",
    "endsAt",
    "generatorURL",
    "groupKey",
    "truncatedAlerts",
    "incident",
    "state",
    "documentation",
    "content",
    "started_at",
    "ended_at",
    "resource",
    "metric",
    "metadata",
    "event",
    "event_type",
    "data",
    "type",
    "id",
    "title",
    "number",
    "service",
    "teams",
    "priority",
    "ruleName",
    "ruleId",
    "tags",
    "orgId",
    "messages",
    "version",
    "severity",
    "policy_name",
    "condition_name",
]
WORDS = ["firing", "resolved", "open", "closed", "incident", "triggered", "alerting", "ok", "test"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*WORDS, "http://[", "0001-01-01T00:00:00Z", "\ud800", 10**4000])
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", sorted(readers()))
@settings(max_examples=60, deadline=None)
@given(body=BODIES | st.dictionaries(st.sampled_from(KEYS), BODIES, min_size=1))
def test_any_json_is_a_message_or_malformed(kind: str, body: Any) -> None:
    try:
        written = json.dumps(body).encode()
    except ValueError:
        written = str(body).encode(errors="replace")
    assert is_message_or_malformed(kind, written)


@pytest.mark.parametrize("kind", sorted(readers()))
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b"1" * 10_000, b"NaN", b"[]"])
def test_odd_bytes_are_malformed(kind: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        read(kind, body)


def test_count_that_no_sender_means_says_nothing() -> None:
    body = {"alerts": [{"labels": {"a": "b"}}], "truncatedAlerts": 10**4000}
    assert read("alertmanager", json.dumps(body).encode()).notes == ()


def is_message_or_malformed(kind: str, body: bytes) -> bool:
    try:
        return isinstance(read(kind, body), Message)
    except Malformed as refused:
        return str(refused).endswith((".", "?"))
