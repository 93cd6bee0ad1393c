"""The end of an earlier firing that arrives after a newer one has begun ends nothing, whoever
sends it; an end of the firing itself does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents.actions.alert_messages import receive
from incidents.actions.alert_sources import create_source
from incidents.actions.end_alert import end_alert
from incidents.models import Alert, AlertMessage
from tests import factories
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db

Tell = Callable[..., str]


def pagerduty(state: str, *, at: datetime, **_began: datetime) -> dict[str, Any]:
    status = "resolved" if state == "over" else "triggered"
    incident = {"id": "P1", "type": "incident", "status": status, "created_at": _AGES_AGO}
    kind = "incident.resolved" if state == "over" else "incident.reopened"
    return {"event": {"event_type": kind, "occurred_at": at.isoformat(), "data": incident}}


def alertmanager(state: str, *, at: datetime, began: datetime) -> dict[str, Any]:
    told = {"labels": {"alertname": "Down"}, "fingerprint": "f1", "startsAt": began.isoformat()}
    status = "resolved" if state == "over" else "firing"
    ends = {"endsAt": at.isoformat()} if state == "over" else {}
    return {"version": "4", "alerts": [told | {"status": status} | ends]}


def google(state: str, *, at: datetime, began: datetime) -> dict[str, Any]:
    """Without an incident_id, which tells firings apart by itself."""
    incident = {"policy_name": "Down", "started_at": began.timestamp()}
    ends = {"state": "closed", "ended_at": at.timestamp()} if state == "over" else {"state": "open"}
    return {"version": "1.2", "incident": incident | ends}


_AGES_AGO = "2026-11-21T02:00:00Z"
SENDERS = {
    "alertmanager": alertmanager,
    "grafana": alertmanager,
    "google": google,
    "pagerduty": pagerduty,
}


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture(params=SENDERS)
def tell(request: pytest.FixtureRequest, root: User, set_clock: SetClock) -> Tell:
    """What a sender says of a moment, in seconds before now: the state of its newest alert then."""
    kind: str = request.param
    environment = factories.make_environment()
    source, _ = create_source(actor=root, name=kind, kind=kind, environment_id=environment.pk)
    now = set_clock.at

    def told(state: str, ago: float, *, began: float | None = None) -> str:
        at = now - timedelta(seconds=ago)
        since = now - timedelta(seconds=ago if began is None else began)
        receive(source=source, body=json.dumps(SENDERS[kind](state, at=at, began=since)).encode())
        set_clock.advance(1)
        return Alert.objects.order_by("pk").last().state  # type: ignore[union-attr]  # one is there

    return told


def test_late_end_of_an_earlier_firing_ends_nothing(tell: Tell) -> None:
    assert tell("fires", 600) == "firing"
    assert tell("fires", 60) == "firing"
    assert tell("over", 300, began=600) == "firing"
    reason = AlertMessage.objects.latest("pk").reason
    assert reason == "No rule fits. What it ends has fired anew since; that goes on."

    assert tell("over", 30, began=60) == "resolved"
    assert AlertMessage.objects.latest("pk").reason == "No rule fits."
    assert Alert.objects.count() == 1


def test_late_end_of_what_had_ended_and_fires_again_ends_nothing(tell: Tell) -> None:
    tell("fires", 600)
    assert tell("over", 300, began=600) == "resolved"
    assert tell("fires", 60) == "firing"

    assert tell("over", 300.5, began=600) == "firing"
    assert tell("over", 30, began=60) == "resolved"


def test_end_counts_although_the_beginning_came_late(tell: Tell, set_clock: SetClock) -> None:
    """By the sender's own clock it is after it, by ours before it was heard."""
    set_clock.advance(120)
    assert tell("fires", 60) == "firing"
    assert tell("over", 55, began=60) == "resolved"


def test_new_firing_and_late_end_at_once_leave_it_firing(
    transactional_db: None, tell: Tell
) -> None:
    tell("fires", 600)
    at_once(lambda: tell("fires", 60), lambda: tell("over", 300, began=600))

    assert Alert.objects.order_by("pk").reverse()[0].state == "firing"


def test_of_two_firings_at_once_the_newest_word_stands(transactional_db: None, tell: Tell) -> None:
    tell("fires", 600)
    at_once(lambda: tell("fires", 60), lambda: tell("fires", 30))

    assert tell("over", 45, began=60) == "firing"
    assert tell("over", 10, began=30) == "resolved"


def test_taken_for_over_it_fires_again_when_it_is_told_again(
    tell: Tell, root: User, set_clock: SetClock
) -> None:
    tell("fires", 60)
    end_alert(actor=root, alert_id=Alert.objects.get().pk)

    assert tell("fires", 59, began=60) == "firing"
