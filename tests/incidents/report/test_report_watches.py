"""Who commanded when, as a report tells it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import hand_over
from incidents.models import Incident
from incidents.queries.report.draft import draft
from incidents.queries.report.facts import read_facts
from incidents.states import Role
from tests import factories
from tests.incidents.actions.alerting import make_declaring
from tests.incidents.conftest import SetClock

HALF = 1800


@pytest.fixture
def administrator(db: None) -> User:
    return factories.make_person("administrator", Role.ADMINISTRATOR, Role.COMMANDER)


@pytest.fixture
def open_incident(set_clock: SetClock, incident: Incident) -> Incident:
    Incident.objects.update(started_at=clock.now())
    return incident


def watches(incident: Incident) -> list[tuple[str, str]]:
    found = Incident.objects.get(pk=incident.pk)
    return [(one.person, one.length) for one in read_facts(found, now=clock.now()).watches]


def test_command_that_was_taken_over_is_told(
    open_incident: Incident, administrator: User, set_clock: SetClock
) -> None:
    set_clock.advance(2 * HALF)
    hand_over.take_over(actor=administrator, incident_id=open_incident.pk, reason="Gone.")
    set_clock.advance(HALF)

    assert watches(open_incident) == [("commander", "1 h"), ("administrator", "30 min")]


def test_who_was_handed_command_is_relieved_by_who_took_it(
    open_incident: Incident, commander: User, administrator: User, set_clock: SetClock
) -> None:
    deputy = factories.make_person("deputy", Role.COMMANDER)
    set_clock.advance(HALF)
    offered = hand_over.offer(
        actor=commander, incident_id=open_incident.pk, person_id=deputy.pk, words=""
    )
    hand_over.accept(actor=deputy, handover_id=offered.pk)
    set_clock.advance(HALF)
    hand_over.take_over(actor=administrator, incident_id=open_incident.pk, reason="Gone.")
    User.objects.filter(pk=commander.pk).update(first_name="Chiara", last_name="Moretti")

    assert watches(open_incident) == [
        ("Chiara Moretti", "30 min"),
        ("deputy", "30 min"),
        ("administrator", "0 s"),
    ]


def test_nobody_commands_until_somebody_takes_over_from_a_rule(
    open_incident: Incident, commander: User, administrator: User, set_clock: SetClock
) -> None:
    make_declaring(commander)
    assert watches(open_incident) == [("Nobody", "0 s")]
    facts = read_facts(Incident.objects.get(), now=clock.now())
    assert "so far. Nobody commanded." in draft("summary", facts)

    set_clock.advance(HALF)
    hand_over.take_over(actor=administrator, incident_id=open_incident.pk, reason="")

    assert watches(open_incident) == [("Nobody", "30 min"), ("administrator", "0 s")]
    facts = read_facts(Incident.objects.get(), now=clock.now())
    assert "so far. administrator commanded." in draft("summary", facts)
