"""Asking for health checks: who may, once for all who ask, and nothing asked for is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions.check_health import ask, resend_checks, take_back_checks
from incidents.actions.renewing import lease
from incidents.actions.resending import ATTEMPTS
from incidents.health_states import HealthCause, HealthCheckState
from incidents.models import HealthCheck, Incident
from incidents.refusal import Refused
from tests import factories
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db


def test_responder_asks_and_the_next_one_gets_the_same(engineer: User, commander: User) -> None:
    environment = factories.make_environment()
    first = ask(actor=engineer, environment=environment, cause=HealthCause.HAND)
    second = ask(actor=commander, environment=environment, cause=HealthCause.HAND)
    other = ask(
        actor=engineer, environment=environment, cause=HealthCause.HAND, areas=["ssl", "database"]
    )

    assert (first.state, first.requested_by) == (HealthCheckState.WAITING, engineer)
    assert second == first
    assert other.areas == ["database", "ssl"]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_the_same_check(engineer: User, commander: User) -> None:
    environment = factories.make_environment()

    found = at_once(
        lambda: ask(actor=engineer, environment=environment, cause=HealthCause.HAND),
        lambda: ask(actor=commander, environment=environment, cause=HealthCause.HAND),
    )

    assert found[0] == found[1] == HealthCheck.objects.get()


def test_outsider_is_refused(outsider: User) -> None:
    with pytest.raises(Refused, match="responder") as caught:
        ask(actor=outsider, environment=factories.make_environment(), cause=HealthCause.HAND)

    assert caught.value.status == 403
    assert not HealthCheck.objects.exists()


def test_unknown_area_is_refused(engineer: User) -> None:
    with pytest.raises(Refused, match="nothing called weather"):
        ask(
            actor=engineer,
            environment=factories.make_environment(),
            cause=HealthCause.HAND,
            areas=["weather"],
        )


def test_check_for_an_incident_is_on_its_timeline(incident: Incident, engineer: User) -> None:
    ask(
        actor=engineer,
        environment=incident.environment,
        cause=HealthCause.INCIDENT,
        incident=incident,
    )

    entry = incident.timeline.last()
    assert entry is not None
    assert (entry.kind, entry.actor) == ("health.asked", engineer)


def waiting() -> HealthCheck:
    return ask(actor=None, environment=factories.make_environment(), cause=HealthCause.SCHEDULE)


def test_lost_message_is_sent_again_once(set_clock: SetClock) -> None:
    check = waiting()
    assert resend_checks() == 0
    set_clock.advance(60)

    assert (resend_checks(), resend_checks()) == (1, 0)
    check.refresh_from_db()
    assert check.queued_at == set_clock.at


def test_check_of_a_dead_worker_is_given_to_another_and_not_for_ever() -> None:
    check = waiting()
    row = HealthCheck.objects.filter(pk=check.pk)
    past = clock.now() - timedelta(seconds=1)
    row.update(state=HealthCheckState.RUNNING, token=1, lease_until=past)

    assert take_back_checks() == 1
    assert row.get().state == HealthCheckState.WAITING
    row.update(state=HealthCheckState.RUNNING, token=ATTEMPTS, lease_until=past)
    assert take_back_checks() == 1
    assert row.get().state == HealthCheckState.FAILED
    assert "stopped answering 3 times" in row.get().error


def test_check_that_is_given_up_is_on_its_incidents_timeline(
    incident: Incident, engineer: User
) -> None:
    check = ask(
        actor=engineer,
        environment=incident.environment,
        cause=HealthCause.INCIDENT,
        incident=incident,
    )
    past = clock.now() - timedelta(seconds=1)
    HealthCheck.objects.filter(pk=check.pk).update(
        state=HealthCheckState.RUNNING, token=ATTEMPTS, lease_until=past
    )

    assert (take_back_checks(), take_back_checks()) == (1, 0)
    entry = incident.timeline.order_by("number").last()
    assert entry is not None
    assert (entry.kind, entry.actor, entry.data) == ("health.checked", None, {"check": check.pk})
    assert "stopped answering 3 times" in entry.text


def test_check_of_a_living_worker_is_left_to_it() -> None:
    row = HealthCheck.objects.filter(pk=waiting().pk)
    row.update(
        state=HealthCheckState.RUNNING, token=1, lease_until=clock.now() + timedelta(seconds=9)
    )

    assert take_back_checks() == 0


def test_checks_from_before_the_clock_was_set_back_are_made(set_clock: SetClock) -> None:
    row = HealthCheck.objects.filter(pk=waiting().pk)
    row.update(state=HealthCheckState.RUNNING, token=1, lease_until=lease(set_clock.at))
    set_clock.advance(-3600)

    assert (take_back_checks(), take_back_checks()) == (1, 0)
    assert (resend_checks(), resend_checks()) == (1, 0)
    assert row.get().queued_at == set_clock.at
