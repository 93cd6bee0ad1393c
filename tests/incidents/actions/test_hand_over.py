"""Command goes from one person to the next, who accepts it; an administrator takes it over."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions import hand_over, people, resolve
from incidents.models import Handover, Incident, TimelineEntry
from incidents.refusal import Refused
from incidents.states import Role
from tests import factories
from tests.incidents.conftest import at_once


@pytest.fixture
def deputy(db: None) -> User:
    return factories.make_person("deputy", Role.COMMANDER)


@pytest.fixture
def administrator(db: None) -> User:
    return factories.make_person("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def offered(incident: Incident, commander: User, deputy: User) -> Handover:
    return hand_over.offer(
        actor=commander, incident_id=incident.pk, person_id=deputy.pk, words="Phase 2 runs."
    )


def commander_of(incident: Incident) -> User:
    return Incident.objects.get(pk=incident.pk).commander


def test_offer_leaves_the_commander_until_it_is_accepted(
    offered: Handover, incident: Incident, commander: User, deputy: User
) -> None:
    assert commander_of(incident) == commander

    hand_over.accept(actor=deputy, handover_id=offered.pk)

    assert commander_of(incident) == deputy
    kinds = list(TimelineEntry.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == ["handover.offered", "handover.accepted"]
    entry = TimelineEntry.objects.get(kind="handover.accepted")
    assert entry.actor == deputy
    assert entry.data["before"] == {"commander": "commander"}
    assert entry.data["after"] == {"commander": "deputy"}


def test_one_offer_stands_at_a_time(
    offered: Handover, incident: Incident, commander: User, administrator: User
) -> None:
    with pytest.raises(Refused, match="offered to deputy already"):
        hand_over.offer(actor=commander, incident_id=incident.pk, person_id=administrator.pk)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [("engineer", "commander commands INC-"), ("outsider", "does not exist")],
)
def test_only_the_commander_offers(
    who: str,
    sentence: str,
    request: pytest.FixtureRequest,
    incident: Incident,
    deputy: User,
) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(Refused, match=sentence):
        hand_over.offer(actor=actor, incident_id=incident.pk, person_id=deputy.pk)


@pytest.mark.parametrize("who", ["engineer", "outsider"])
def test_command_is_offered_to_who_may_command_there(
    who: str, request: pytest.FixtureRequest, incident: Incident, commander: User
) -> None:
    to = request.getfixturevalue(who)
    with pytest.raises(Refused, match="Only who is commander in staging"):
        hand_over.offer(actor=commander, incident_id=incident.pk, person_id=to.pk)


def test_only_who_was_asked_answers(offered: Handover, engineer: User, commander: User) -> None:
    for answer in (hand_over.accept, hand_over.decline):
        for other in (engineer, commander):
            with pytest.raises(Refused, match="offered to deputy, who answers"):
                answer(actor=other, handover_id=offered.pk)


def test_declined_offer_is_over(
    offered: Handover, incident: Incident, commander: User, deputy: User
) -> None:
    hand_over.decline(actor=deputy, handover_id=offered.pk, reason="On a train.")

    with pytest.raises(Refused, match="This offer was declined at"):
        hand_over.accept(actor=deputy, handover_id=offered.pk)
    assert commander_of(incident) == commander
    hand_over.offer(actor=commander, incident_id=incident.pk, person_id=deputy.pk)


def test_offer_is_withdrawn_by_who_made_it(
    offered: Handover, commander: User, deputy: User
) -> None:
    with pytest.raises(Refused, match="made this offer"):
        hand_over.withdraw(actor=deputy, handover_id=offered.pk)
    hand_over.withdraw(actor=commander, handover_id=offered.pk)

    with pytest.raises(Refused, match="was withdrawn"):
        hand_over.accept(actor=deputy, handover_id=offered.pk)


def test_who_lost_the_role_meanwhile_cannot_accept(offered: Handover, deputy: User) -> None:
    deputy.memberships.update(role=Role.VIEWER)

    with pytest.raises(Refused, match="Only who is commander"):
        hand_over.accept(actor=deputy, handover_id=offered.pk)


def test_nothing_is_handed_over_once_the_incident_is_closed(
    offered: Handover, incident: Incident, deputy: User, administrator: User
) -> None:
    Incident.objects.update(state="resolved")
    for attempt in (
        lambda: hand_over.accept(actor=deputy, handover_id=offered.pk),
        lambda: hand_over.take_over(actor=administrator, incident_id=incident.pk, reason="x"),
    ):
        with pytest.raises(Refused, match="is resolved; nothing in it can change"):
            attempt()


def test_offer_ends_with_the_incident(
    offered: Handover, incident: Incident, commander: User
) -> None:
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Back again.")

    assert Handover.objects.get().state == "withdrawn"


def test_words_of_an_offer_hold_no_secret(
    incident: Incident, commander: User, deputy: User
) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    hand_over.offer(
        actor=commander, incident_id=incident.pk, person_id=deputy.pk, words=f"Use {key}."
    )

    assert key not in Handover.objects.get().words


def test_administrator_takes_over_from_who_is_gone(
    offered: Handover, incident: Incident, administrator: User, deputy: User, engineer: User
) -> None:
    with pytest.raises(Refused, match="Say why"):
        hand_over.take_over(actor=administrator, incident_id=incident.pk, reason=" ")
    with pytest.raises(Refused, match="Only an administrator of staging"):
        hand_over.take_over(actor=engineer, incident_id=incident.pk, reason="I can.")

    hand_over.take_over(actor=administrator, incident_id=incident.pk, reason="No answer since 3.")

    assert commander_of(incident) == administrator
    assert Handover.objects.get().state == "withdrawn"
    entry = TimelineEntry.objects.get(kind="handover.taken")
    assert "No answer since 3." in entry.text
    with pytest.raises(Refused, match="was withdrawn"):
        hand_over.accept(actor=deputy, handover_id=offered.pk)


def test_deactivated_commander_is_followed_by_an_administrator(
    incident: Incident, commander: User, administrator: User
) -> None:
    root = User.objects.create_superuser("root", password="pass-word-1234")
    people.deactivate_person(actor=root, person_id=commander.pk)

    hand_over.take_over(actor=administrator, incident_id=incident.pk, reason="Left the company.")

    assert commander_of(incident) == administrator


@pytest.mark.django_db(transaction=True)
def test_accepted_and_withdrawn_in_the_same_moment_is_one_of_them(
    offered: Handover, incident: Incident, commander: User, deputy: User
) -> None:
    answers = at_once(
        lambda: hand_over.accept(actor=deputy, handover_id=offered.pk),
        lambda: hand_over.withdraw(actor=commander, handover_id=offered.pk),
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    state = Handover.objects.get().state
    assert commander_of(incident) == (deputy if state == "accepted" else commander)
