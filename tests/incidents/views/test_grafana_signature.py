"""Messages that Grafana signs: right, wrong, old and unsigned ones, and how a source is set."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from incidents.actions import alert_sources
from incidents.models import AlertMessage, AlertSource
from incidents.refusal import Refused
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-the-contact-point"
BODY = json.dumps({"status": "firing", "alerts": [{"labels": {"alertname": "Down"}}]}).encode()
UNKNOWN = "This is not known here."

Post = Callable[..., HttpResponse]


def signature(signed: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def signed_at(moment: datetime, ahead: float = 0.0) -> dict[str, str]:
    at = str(int(moment.timestamp() + ahead))
    return {
        "X-Grafana-Alerting-Signature": signature(f"{at}:".encode() + BODY),
        "X-Grafana-Alerting-Timestamp": at,
    }


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture
def token(root: User) -> str:
    """Of a source that signs by now."""
    source, token = alert_sources.create_source(actor=root, name="grafana", kind="grafana")
    alert_sources.set_secret(actor=root, source_id=source.pk, secret=SECRET)
    return token


@pytest.fixture
def post(client: Client) -> Post:
    def posted(body: bytes = BODY, **headers: str) -> HttpResponse:
        address = "/alerts/in/grafana/"
        return client.post(address, body, content_type="application/json", headers=headers)

    return posted


def test_signature_over_the_body_opens(post: Post, token: str) -> None:
    right = signature(BODY)
    assert post(**{"X-Grafana-Alerting-Signature": right}).status_code == 202
    assert AlertMessage.objects.count() == 1


@pytest.mark.parametrize("ahead", [0, -290, 290])
def test_signature_over_time_and_body_opens(
    post: Post, token: str, set_clock: SetClock, ahead: float
) -> None:
    assert post(**signed_at(set_clock.at, ahead)).status_code == 202


@pytest.mark.parametrize("ahead", [-310, 310])
def test_copy_of_an_old_message_opens_nothing(
    post: Post, token: str, set_clock: SetClock, ahead: float
) -> None:
    answer = post(**signed_at(set_clock.at, ahead))

    assert answer.status_code == 401
    assert "more than 5 minutes from ours" in json.loads(answer.content)["error"]
    assert not AlertMessage.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Grafana-Alerting-Signature": ""},
        {"X-Grafana-Alerting-Signature": signature(BODY, "another-secret-16")},
        {"X-Grafana-Alerting-Signature": signature(BODY + b" ")},
        {"X-Grafana-Alerting-Signature": "é"},
        {"X-Grafana-Alerting-Signature": signature(BODY), "X-Grafana-Alerting-Timestamp": "1"},
        {"X-PagerDuty-Signature": f"v1={signature(BODY)}"},
    ],
)
def test_others_open_nothing(post: Post, token: str, headers: dict[str, str]) -> None:
    answer = post(**headers)

    assert (answer.status_code, json.loads(answer.content)["error"]) == (401, UNKNOWN)
    assert not AlertMessage.objects.exists()


def test_time_of_one_message_does_not_fit_another(
    post: Post, token: str, set_clock: SetClock
) -> None:
    headers = signed_at(set_clock.at)
    headers["X-Grafana-Alerting-Timestamp"] = str(int(set_clock.at.timestamp()) + 1)
    assert post(**headers).status_code == 401
    del headers["X-Grafana-Alerting-Timestamp"]
    assert post(**headers).status_code == 401


def test_what_is_no_time_is_refused_although_it_is_signed(post: Post, token: str) -> None:
    for at in ("noon", "1e400", "9" * 30, "nan"):
        right = signature(f"{at}:".encode() + BODY)
        answer = post(**{"X-Grafana-Alerting-Signature": right, "X-Grafana-Alerting-Timestamp": at})
        assert answer.status_code == 401


def test_one_proof_counts_at_a_time(post: Post, token: str, root: User) -> None:
    signed = {"X-Grafana-Alerting-Signature": signature(BODY)}
    assert post(Authorization=f"Bearer {token}").status_code == 401

    _, new = alert_sources.rotate_token(actor=root, source_id=AlertSource.objects.get().pk)

    assert post(**signed).status_code == 401
    assert post(Authorization=f"Bearer {token}").status_code == 401
    assert post(Authorization=f"Bearer {new}").status_code == 202


def test_short_secret_is_refused(root: User) -> None:
    source, _ = alert_sources.create_source(actor=root, name="grafana", kind="grafana")
    with pytest.raises(Refused, match="at least 16 characters"):
        alert_sources.set_secret(actor=root, source_id=source.pk, secret="short-secret")


def test_page_says_how_it_proves_itself(client: Client, root: User, token: str) -> None:
    client.force_login(root)
    page = client.get("/alerts/sources/").content.decode()
    assert "timestampHeader: X-Grafana-Alerting-Timestamp" in page
    assert SECRET not in page and "authorization_credentials" not in page

    source = AlertSource.objects.get()
    alert_sources.rotate_token(actor=root, source_id=source.pk)
    page = client.get("/alerts/sources/").content.decode()
    assert "authorization_credentials" in page

    answer = client.post(f"/alerts/sources/{source.pk}/secret/", {"secret": SECRET})
    assert answer.status_code == 302
    assert AlertSource.objects.get().token_digest == ""
