"""Posting alerts: who is heard, what is answered, what is kept and what is not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.test import Client

from incidents.actions import alert_messages, alert_sources
from incidents.models import Alert, AlertMessage, AlertSource
from incidents.redacting import beginning
from incidents.views.alert_inbox import inbox
from runbook.redaction.redactor import Redactor
from tests import factories
from tests.incidents.actions.alerting import make_rule
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "data" / "alerts"
BODY = {
    "version": "4",
    "status": "firing",
    "alerts": [{"labels": {"alertname": "Down", "team": "data"}}, {"labels": {"alertname": "Up"}}],
}

Post = Callable[..., HttpResponse]


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture
def token(root: User) -> str:
    environment = factories.make_environment()
    _, token = alert_sources.create_source(
        actor=root, name="prometheus", kind="alertmanager", environment_id=environment.pk
    )
    return token


@pytest.fixture
def post(client: Client) -> Post:
    def posted(token: str = "", body: Any = BODY, to: str = "prometheus", **headers: str) -> Any:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"/alerts/in/{to}/"
        return client.post(
            address, written, content_type="application/json", headers=headers or None
        )

    return posted


def test_message_is_heard(post: Post, token: str) -> None:
    make_rule(matchers=[{"label": "team", "test": "is", "value": "data"}])

    answer = post(token)

    kept = AlertMessage.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "unmatched": 1, "message": kept.pk}
    assert (kept.state, kept.reason) == ("accepted", "No rule fits 1.")
    assert {(one.title, str(one.environment)) for one in kept.alerts.all()} == {
        ("Down", "staging"),
        ("Up", "staging"),
    }
    assert AlertSource.objects.get().last_heard_at is not None


def test_other_ways_to_bring_the_token(post: Post, token: str) -> None:
    basic = base64.b64encode(f"anybody:{token}".encode()).decode()
    assert post(Authorization=f"Basic {basic}").status_code == 202
    assert post(**{"X-Runbook-Token": token}).status_code == 202


@pytest.mark.parametrize("to", ["prometheus", "no-such-source", "x" * 300, "é", "%00"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer rba_wrong"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic YWJj"},
        {"X-PagerDuty-Signature": "v1=00"},
    ],
)
def test_strangers_learn_nothing_and_leave_nothing(
    post: Post, token: str, to: str, headers: dict[str, str]
) -> None:
    answer = post(to=to, **headers)

    assert answer.status_code == 401
    assert answer.json() == {"error": "This is not known here."}
    assert answer["WWW-Authenticate"].startswith("Basic ")
    assert AlertMessage.objects.count() == 0


def test_source_that_is_off_is_not_heard(post: Post, token: str, root: User) -> None:
    source = AlertSource.objects.get()
    alert_sources.change_source(actor=root, source_id=source.pk, is_on=False, environment_id=None)
    assert post(token).status_code == 403
    assert AlertMessage.objects.count() == 0


def test_old_token_opens_nothing(post: Post, token: str, root: User) -> None:
    _, new = alert_sources.rotate_token(actor=root, source_id=AlertSource.objects.get().pk)
    assert (post(token).status_code, post(new).status_code) == (401, 202)


def test_token_holds_while_the_secret_key_changes(post: Post, token: str, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" * 8
    assert post(token).status_code == 202
    settings.SECRET_KEY_FALLBACKS = []
    assert post(token).status_code == 401


def test_what_cannot_be_read_is_kept_with_its_reason(post: Post, token: str) -> None:
    answer = post(token, body=b'{"password": "hunter2hunter2", \xff\x00')

    kept = AlertMessage.objects.get()
    assert (answer.status_code, answer.json()["error"]) == (400, "This is not JSON.")
    assert (kept.state, kept.reason) == ("malformed", "This is not JSON.")
    assert "hunter2" not in kept.body


@pytest.mark.parametrize("kind", ["alertmanager", "google", "grafana"])
@pytest.mark.parametrize(
    "body",
    [
        rb'{"incident": {"state": "\u0000 \ud800", "incident_id": "1"}}',
        rb'{"incident": {"state": "open", "summary": "\u0000 \ud800", "incident_id": "\u0000"}}',
        rb'{"ruleName": "\u0000", "state": "\ud800"}',
        rb'{"status": "\u0000", "alerts": [{"labels": {"\u0000": "\ud800", "b": 1e999}}]}',
    ],
)
def test_odd_letters_break_nothing(post: Post, root: User, kind: str, body: bytes) -> None:
    _, token = alert_sources.create_source(actor=root, name="odd", kind=kind)
    assert post(token, body=body, to="odd").status_code in (202, 400)
    assert AlertMessage.objects.count() == 1


def test_too_long_is_refused_unread(post: Post, token: str) -> None:
    assert post(token, body=b" " * (1024 * 1024 + 1)).status_code == 413
    assert AlertMessage.objects.count() == 0


def test_without_a_length_no_more_is_read_than_may_come(token: str) -> None:
    """As of a body that comes in chunks."""
    pieces = BytesIO(b" " * (1024 * 1024 * 3))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/alerts/in/prometheus/",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }
    answer = inbox(ASGIRequest(scope, pieces), "prometheus")
    assert (answer.status_code, pieces.tell()) == (413, 1024 * 1024 + 1)


def test_only_post(client: Client, token: str) -> None:
    assert client.get("/alerts/in/prometheus/").status_code == 405


def test_long_body_is_kept_in_part(post: Post, token: str) -> None:
    post(token, body={**BODY, "filler": "x" * 500_000})
    kept = AlertMessage.objects.get()
    assert len(kept.body) == alert_messages.MOST_KEPT < kept.size


def test_too_many_in_a_minute(
    post: Post, token: str, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_messages, "MOST_A_MINUTE", 2)
    assert [post(token).status_code for _ in range(3)] == [202, 202, 429]
    set_clock.advance(61)
    assert post(token).status_code == 202


def test_old_messages_are_forgotten(post: Post, token: str, set_clock: SetClock) -> None:
    post(token)
    set_clock.advance(31 * 24 * 3600)
    post(token)
    assert AlertMessage.objects.count() == 1


def test_newest_messages_are_kept(
    post: Post, token: str, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_messages, "MOST_MESSAGES", 2)
    for _ in range(4):
        set_clock.advance(1)
        last = post(token).json()["message"]
    assert list(AlertMessage.objects.values_list("pk", flat=True)) == [last, last - 1, last - 2]


def test_secret_at_the_cut_does_not_stay_in_part() -> None:
    for before in range(950, 1150, 20):
        body = f"{'y' * before} postgres://app:{'hunter2' * 20}@db {'z' * 3000}"
        for longest in (before + 40, 100):
            assert "hunter2" not in beginning(Redactor(), body, longest)
    assert beginning(Redactor(), "z" * 5000, 120) == "z" * 120


def test_tests_and_unmatched_are_told_apart(post: Post, root: User) -> None:
    _, token = alert_sources.create_source(actor=root, name="google", kind="google")
    for name in ("gcm-test-notification", "gcm-v1.2-open-cpu", "gcm-v1.2-closed"):
        body = json.loads((SAMPLES / f"{name}.json").read_text())["body"]
        assert post(token, body, to="google").status_code == 202
    kept = AlertMessage.objects.order_by("pk").values_list("state", "reason")
    assert list(kept) == [
        ("test", "A test; nothing follows."),
        ("unmatched", "No rule fits."),
        ("accepted", "It ends what was never heard of."),
    ]
    assert Alert.objects.count() == 1


@pytest.fixture
def post_event(post: Post, root: User, set_clock: SetClock) -> Post:
    """Posts PagerDuty's own sample with its own signature, a minute after it occurred."""
    set_clock.at = datetime(2021, 4, 26, 17, 37, 30, tzinfo=UTC)
    sample = json.loads((SAMPLES / "pagerduty-v3-incident-priority-updated.json").read_text())
    source, token = alert_sources.create_source(actor=root, name="pager", kind="pagerduty")
    secret = sample["headers"]["test-secret"]
    alert_sources.set_secret(actor=root, source_id=source.pk, secret=secret)
    signed = {"X-PagerDuty-Signature": sample["headers"]["X-PagerDuty-Signature"]}
    body = (SAMPLES / "pagerduty-v3-raw.txt").read_bytes()
    assert token == ""
    return lambda more=b"": post(body=body + more, to="pager", **signed)


def test_pagerduty_signs(post_event: Post, root: User) -> None:
    source = AlertSource.objects.get()
    alert_sources.set_secret(actor=root, source_id=source.pk, secret="of-another-subscription")
    assert post_event().status_code == 401


def test_signature_of_pagerduty_is_over_every_byte(post_event: Post) -> None:
    assert post_event().status_code == 202
    assert post_event(b" ").status_code == 401
    assert Alert.objects.get().title == "A little bump in the road"


def test_event_of_pagerduty_is_heard_once(post_event: Post) -> None:
    """Its signature holds for ever: who has seen one could send it again."""
    first = post_event().json()["message"]

    again = post_event()
    assert (again.status_code, again.json()["message"]) == (202, first)
    assert Alert.objects.get().times == 1

    AlertMessage.objects.update(reason=alert_messages.UNFINISHED)
    post_event()
    assert Alert.objects.get().times == 2


def test_event_of_pagerduty_begins_nothing_when_it_is_forgotten(
    post_event: Post, set_clock: SetClock
) -> None:
    """Its digest is, after as long."""
    post_event()
    Alert.objects.update(state="resolved", resolved_at=set_clock.at)
    set_clock.advance(alert_messages.KEPT.total_seconds() - 63)
    assert post_event().json()["message"] == AlertMessage.objects.get().pk
    set_clock.advance(64)

    answer = post_event()

    assert (answer.status_code, answer.json()["accepted"]) == (202, 0)
    assert Alert.objects.get().state == "resolved"
    assert AlertMessage.objects.latest("pk").reason == (
        "It is of 2021-04-26 17:36 UTC, more than 30 days ago: nothing follows from it now."
    )


def test_what_has_fired_for_long_is_heard(post: Post, token: str, set_clock: SetClock) -> None:
    began = (set_clock.at - timedelta(days=40)).isoformat()
    post(token, body={"version": "4", "alerts": [{"labels": {"a": "b"}, "startsAt": began}]})
    assert Alert.objects.get().state == "firing"
