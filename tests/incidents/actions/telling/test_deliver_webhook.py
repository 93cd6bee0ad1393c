"""Webhooks and services are told in a signed way, and nobody behind the firewall."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from hmac import digest

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from incidents.actions.deliver import deliver
from incidents.models import Incident
from tests.incidents.actions.telling.deeds import KEY, again, channel_of, of_apprise, told
from tests.incidents.conftest import SetClock
from tests.support.receivers import Hook, http_server

ELSEWHERE = "The receiver wants us elsewhere (302), which is not followed. Write its new address."


def test_webhook_is_signed_and_says_what_happened(
    incident: Incident, engineer: User, hook: Hook
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)

    deliver(row.pk)

    ((headers, body),) = hook.requests
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(digest(b64decode(KEY.removeprefix("whsec_")), signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["type"] == "runbook.escalation"
    assert json.loads(body)["data"]["incident"] == incident.name
    assert (again(row).state, row.receipt) == ("sent", "200")


def test_webhook_that_fails_is_tried_again_when_it_wants_with_the_same_id(
    incident: Incident, engineer: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    later = format_datetime(set_clock.at + timedelta(seconds=65), usegmt=True)
    hook.answers = [(500, {}), (429, {"Retry-After": "5"}), (503, {"Retry-After": later})]
    hook.answers.append((503, {"Retry-After": "\N{SUPERSCRIPT TWO}"}))

    for seconds in (30, 5, 30, 1800):
        deliver(row.pk)
        assert again(row).due_at == set_clock.at + timedelta(seconds=seconds)
        assert row.error.startswith("The receiver answered")
        set_clock.advance(seconds)
    deliver(row.pk)

    assert (again(row).state, row.attempts) == ("sent", 5)
    assert len({headers["webhook-id"] for headers, _ in hook.requests}) == 1


@pytest.mark.parametrize(
    ("status", "reason", "is_on"),
    [
        (404, "The receiver answered 404.", True),
        (410, "The receiver wants nothing any more (410).", False),
        (302, ELSEWHERE, True),
    ],
)
def test_webhook_that_will_never_work_dies_at_once(
    incident: Incident, engineer: User, hook: Hook, status: int, reason: str, is_on: bool
) -> None:
    channel = channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    hook.answers = [(status, {"Location": hook.address})]

    deliver(row.pk)

    channel.refresh_from_db()
    assert (again(row).state, row.error, channel.is_enabled) == ("dead", reason, is_on)
    assert len(hook.requests) == 1


def test_webhook_that_hangs_is_left(incident: Incident, engineer: User, settings: Settings) -> None:
    """By a receiver of its own, which may still take what was sent when the next test has begun."""
    settings.PRIVATE_RECEIVERS, settings.EMAIL_TIMEOUT = ["127.0.0.0/8"], 0.1
    with http_server() as hanging:
        hanging.seconds = 0.5
        channel_of(engineer, "webhook", hanging.address)
        row = told(incident, engineer)

        deliver(row.pk)

    assert (again(row).state, row.error) == ("waiting", "The receiver did not answer in 0.1 s.")


@pytest.mark.parametrize("kind", ["webhook", "service"])
@of_apprise
def test_nothing_is_sent_behind_the_firewall(
    incident: Incident, engineer: User, hook: Hook, settings: Settings, kind: str
) -> None:
    settings.PRIVATE_RECEIVERS = []
    address = hook.address if kind == "webhook" else hook.address.replace("http", "json")
    channel_of(engineer, kind, address)
    row = told(incident, engineer)

    deliver(row.pk)

    assert again(row).state == "dead"
    assert row.error.startswith("The receiver's name leads to an address that is not public.")
    assert hook.requests == []


@of_apprise
def test_service_is_told_by_apprise_and_its_answer_is_the_reason(
    incident: Incident,
    engineer: User,
    hook: Hook,
    set_clock: SetClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    channel_of(engineer, "service", hook.address.replace("http", "json"))
    row = told(incident, engineer)
    hook.answers = [(500, {})]

    deliver(row.pk)
    assert again(row).state == "waiting"
    assert row.error.startswith("JSON did not take it: ")
    assert "secret-path" not in row.error + caplog.text
    set_clock.advance(30)
    deliver(row.pk)

    assert (again(row).state, row.receipt) == ("sent", "accepted by JSON")
    assert json.loads(hook.requests[1][1])["title"] == row.subject


@of_apprise
def test_service_leads_nowhere_else(incident: Incident, engineer: User, hook: Hook) -> None:
    channel_of(engineer, "service", hook.address.replace("http", "json"))
    row = told(incident, engineer)
    hook.answers = [(307, {"Location": hook.address})]

    deliver(row.pk)

    assert (again(row).state, len(hook.requests)) == ("waiting", 1)
