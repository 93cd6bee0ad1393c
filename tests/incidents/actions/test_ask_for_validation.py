"""Who may ask whether a fix holds, and what happens when nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import validate
from incidents.health_states import ValidationState
from incidents.models import Incident, Validation
from incidents.refusal import Refused
from tests.incidents.conftest import SetClock, at_once


def test_a_responder_asks_and_the_timeline_says_so(incident: Incident, engineer: User) -> None:
    asked = validate.ask(actor=engineer, incident_id=incident.pk)

    assert (asked.number, asked.state) == (1, ValidationState.WAITING)
    entry = incident.timeline.get(kind="validation.asked")
    assert (entry.actor, entry.data) == (engineer, {"validation": 1})


def test_who_asks_second_gets_the_first_ones(
    incident: Incident, engineer: User, commander: User
) -> None:
    first = validate.ask(actor=engineer, incident_id=incident.pk)
    assert validate.ask(actor=commander, incident_id=incident.pk) == first
    Validation.objects.update(state=ValidationState.DONE)
    assert validate.ask(actor=commander, incident_id=incident.pk).number == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one(incident: Incident, engineer: User, commander: User) -> None:
    found = at_once(
        lambda: validate.ask(actor=engineer, incident_id=incident.pk),
        lambda: validate.ask(actor=commander, incident_id=incident.pk),
    )
    assert found[0] == found[1]
    assert Validation.objects.count() == 1


@pytest.mark.parametrize("who", ["leader", "outsider"])
def test_others_may_not(incident: Incident, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    with pytest.raises(Refused, match="may not have a fix validated"):
        validate.ask(actor=person, incident_id=incident.pk)
    assert not Validation.objects.exists()


def test_a_fix_may_be_validated_after_the_end(incident: Incident, engineer: User) -> None:
    Incident.objects.filter(pk=incident.pk).update(state="resolved", resolved_at=clock.now())
    assert validate.ask(actor=engineer, incident_id=incident.pk).number == 1


def test_what_a_dead_worker_held_goes_to_another_and_is_given_up_in_the_end(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    asked = validate.ask(actor=engineer, incident_id=incident.pk)
    for attempt in (1, 2, 3):
        until = clock.now() + timedelta(seconds=15)
        Validation.objects.update(state="running", token=attempt, lease_until=until)
        assert validate.take_back_validations() == 0
        set_clock.advance(16)
        assert validate.take_back_validations() == 1
    asked.refresh_from_db()

    assert asked.state == ValidationState.FAILED
    assert asked.error.startswith("Its worker stopped answering 3 times.")
    assert incident.timeline.filter(kind="validation.failed").count() == 1


def test_a_lost_message_is_sent_again_once(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    validate.ask(actor=engineer, incident_id=incident.pk)
    assert validate.resend_validations() == 0
    set_clock.advance(60)
    assert (validate.resend_validations(), validate.resend_validations()) == (1, 0)
