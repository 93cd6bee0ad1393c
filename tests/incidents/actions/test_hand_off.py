"""Work goes from team to team and back; clock and ledger know who has it, and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from incidents import clock
from incidents.actions import hand_off, handoff_items, resolve
from incidents.models import Handoff, HandoffItem, Incident, Notification, TimelineEntry
from incidents.queries.ball import read_ball
from incidents.refusal import Refused
from incidents.states import HandoffSide, HandoffState, NotificationState, Role
from tests import factories
from tests.incidents.conftest import SetClock, at_once

ROLES = {"development": "Development team", "infrastructure": "Infrastructure team"}


@pytest.fixture
def incident(set_clock: SetClock, commander: User) -> Incident:
    return factories.make_incident(commander, roles=ROLES)


def member(username: str, team: str) -> User:
    person = factories.make_person(username, Role.RESPONDER)
    person.groups.add(Group.objects.get_or_create(name=team)[0])
    return person


@pytest.fixture
def dev(db: None) -> User:
    return member("dev", "development")


@pytest.fixture
def infra(db: None) -> User:
    return member("infra", "infrastructure")


@pytest.fixture
def offered(incident: Incident, dev: User, infra: User) -> Handoff:
    return hand_off.offer(
        actor=dev,
        incident_id=incident.pk,
        given_by="development",
        taken_by="Infrastructure team",
        done="Code is ruled out.",
        asked="Repair the connector.",
        items={
            HandoffSide.ASKED: ["Check the connector", "", "Hand back"],
            HandoffSide.GIVER_STANDBY: ["Deploy nothing"],
        },
    )


def kinds() -> list[str]:
    return list(TimelineEntry.objects.order_by("number").values_list("kind", flat=True))


def test_work_is_offered_accepted_and_handed_back(
    offered: Handoff, incident: Incident, dev: User, infra: User, set_clock: SetClock
) -> None:
    assert read_ball(incident, now=clock.now()).now is None
    told = Notification.objects.filter(kind="handoff")
    assert {one.person for one in told} == {infra}
    set_clock.advance(600)

    hand_off.accept(actor=infra, handoff_id=offered.pk)
    set_clock.advance(7200)
    back = hand_off.offer(
        actor=infra,
        incident_id=incident.pk,
        given_by="infrastructure",
        taken_by="development",
        answers_id=offered.pk,
    )
    hand_off.accept(actor=dev, handoff_id=back.pk)
    set_clock.advance(60)

    ball = read_ball(incident, now=clock.now())
    assert [(one.name, one.length, one.by) for one in ball.spells] == [
        ("Development team", timedelta(seconds=600), ""),
        ("Infrastructure team", timedelta(hours=2), "infra"),
        ("Development team", timedelta(seconds=60), "dev"),
    ]
    assert ball.totals == (
        ("Infrastructure team", timedelta(hours=2)),
        ("Development team", timedelta(seconds=660)),
    )
    assert kinds() == ["handoff.offered", "handoff.accepted"] * 2


def test_ball_stops_with_the_incident(
    offered: Handoff, incident: Incident, commander: User, infra: User, set_clock: SetClock
) -> None:
    hand_off.accept(actor=infra, handoff_id=offered.pk)
    set_clock.advance(60)
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Repaired.")
    set_clock.advance(3600)

    incident.refresh_from_db()
    now = read_ball(incident, now=clock.now()).now
    assert now is not None
    assert now.length == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("engineer", "Who is of Development team, or the commander, hands its work over"),
        ("leader", "You may not hand work over in staging"),
        ("outsider", "does not exist"),
    ],
)
def test_own_team_or_the_commander_offers(
    who: str, sentence: str, request: pytest.FixtureRequest, incident: Incident
) -> None:
    with pytest.raises(Refused, match=sentence):
        hand_off.offer(
            actor=request.getfixturevalue(who),
            incident_id=incident.pk,
            given_by="development",
            taken_by="infrastructure",
        )


@pytest.mark.parametrize(
    ("teams", "sentence"),
    [
        (("development", "Development Team"), "from one team to another"),
        (("development", "sales"), "“sales” is no role of this runbook"),
        (("development", " "), "Name the two teams"),
    ],
)
def test_teams_are_two_that_somebody_knows(
    teams: tuple[str, str], sentence: str, incident: Incident, commander: User
) -> None:
    with pytest.raises(Refused, match=sentence):
        hand_off.offer(
            actor=commander, incident_id=incident.pk, given_by=teams[0], taken_by=teams[1]
        )


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("engineer", "The work is offered to Infrastructure team: infra"),
        ("commander", "You are not of Infrastructure team. Say who accepts"),
        ("outsider", "does not exist"),
    ],
)
def test_the_taking_team_accepts(
    who: str, sentence: str, request: pytest.FixtureRequest, offered: Handoff
) -> None:
    with pytest.raises(Refused, match=sentence):
        hand_off.accept(actor=request.getfixturevalue(who), handoff_id=offered.pk)
    offered.refresh_from_db()
    assert offered.state == HandoffState.OFFERED


def test_commander_names_who_accepts(
    offered: Handoff, commander: User, engineer: User, outsider: User, leader: User
) -> None:
    for person in (outsider, leader):
        with pytest.raises(Refused, match="Only who works in staging can accept"):
            hand_off.accept(actor=commander, handoff_id=offered.pk, person_id=person.pk)
    with pytest.raises(Refused, match="Only a commander names"):
        hand_off.accept(actor=engineer, handoff_id=offered.pk, person_id=commander.pk)

    done = hand_off.accept(actor=commander, handoff_id=offered.pk, person_id=engineer.pk)

    assert done.decided_by == engineer
    entry = TimelineEntry.objects.get(kind="handoff.accepted")
    assert (entry.actor, entry.data["by"]) == (commander, "engineer")


def test_commander_may_name_themselves(offered: Handoff, commander: User) -> None:
    done = hand_off.accept(actor=commander, handoff_id=offered.pk, person_id=commander.pk)
    assert done.decided_by == commander


def test_declined_with_a_reason_the_giver_goes_on(
    offered: Handoff, incident: Incident, infra: User, dev: User, engineer: User
) -> None:
    with pytest.raises(Refused, match="Say why"):
        hand_off.decline(actor=infra, handoff_id=offered.pk, reason=" ")
    with pytest.raises(Refused, match="The work is offered to"):
        hand_off.decline(actor=engineer, handoff_id=offered.pk, reason="No.")

    hand_off.decline(actor=infra, handoff_id=offered.pk, reason="Nobody is here.")

    with pytest.raises(Refused, match="was declined by infra at"):
        hand_off.withdraw(actor=dev, handoff_id=offered.pk)
    assert read_ball(incident, now=clock.now()).now is None
    assert "Nobody is here." in TimelineEntry.objects.get(kind="handoff.declined").text


def test_offer_is_withdrawn_by_who_made_it(offered: Handoff, dev: User, infra: User) -> None:
    with pytest.raises(Refused, match="dev made this offer"):
        hand_off.withdraw(actor=infra, handoff_id=offered.pk)
    hand_off.withdraw(actor=dev, handoff_id=offered.pk)
    offered.refresh_from_db()
    assert offered.state == HandoffState.WITHDRAWN
    waiting = Notification.objects.filter(state=NotificationState.WAITING)
    assert not waiting.exists()


def test_one_offer_stands_and_only_the_holder_hands_on(
    offered: Handoff, incident: Incident, commander: User, infra: User
) -> None:
    again = {"incident_id": incident.pk, "given_by": "development", "taken_by": "infrastructure"}
    with pytest.raises(Refused, match="offered to Infrastructure team already"):
        hand_off.offer(actor=commander, **again)
    hand_off.accept(actor=infra, handoff_id=offered.pk)
    with pytest.raises(Refused, match="The work is with Infrastructure team since"):
        hand_off.offer(actor=commander, **again)
    with pytest.raises(Refused, match="no such handoff"):
        hand_off.offer(
            actor=infra,
            incident_id=incident.pk,
            given_by="infrastructure",
            taken_by="development",
            answers_id=offered.pk + 1,
        )


def test_lines_are_ticked_and_opened_again(offered: Handoff, infra: User, leader: User) -> None:
    lines = [(one.side, one.text) for one in offered.items.all()]
    assert lines == [
        (HandoffSide.ASKED, "Check the connector"),
        (HandoffSide.ASKED, "Hand back"),
        (HandoffSide.GIVER_STANDBY, "Deploy nothing"),
    ]
    line = HandoffItem.objects.get(text="Check the connector")
    for _ in range(2):
        ticked = handoff_items.set_item(actor=infra, item_id=line.pk, is_done=True)
    assert (ticked.done_by, ticked.done_at) == (infra, clock.now())
    assert kinds().count("handoff.item") == 1
    with pytest.raises(Refused, match="You may not"):
        handoff_items.set_item(actor=leader, item_id=line.pk, is_done=False)
    assert handoff_items.set_item(actor=infra, item_id=line.pk, is_done=False).done_at is None


def test_nothing_is_handed_over_in_a_closed_incident(
    offered: Handoff, incident: Incident, commander: User, infra: User
) -> None:
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Repaired.")
    offered.refresh_from_db()
    assert offered.state == HandoffState.WITHDRAWN
    for move in (
        lambda: hand_off.accept(actor=infra, handoff_id=offered.pk),
        lambda: hand_off.offer(
            actor=commander,
            incident_id=incident.pk,
            given_by="development",
            taken_by="infrastructure",
        ),
        lambda: handoff_items.set_item(
            actor=infra, item_id=HandoffItem.objects.all()[0].pk, is_done=True
        ),
    ):
        with pytest.raises(Refused, match="is resolved"):
            move()


def test_secrets_are_taken_out(incident: Incident, commander: User) -> None:
    Incident.objects.filter(pk=incident.pk).update(secrets={"DB_PASSWORD": "correct-horse"})
    handoff = hand_off.offer(
        actor=commander,
        incident_id=incident.pk,
        given_by="development",
        taken_by="infrastructure",
        done="The password is correct-horse.",
        items={HandoffSide.ASKED: ["Try correct-horse"]},
    )
    assert "correct-horse" not in handoff.done + handoff.items.all()[0].text


@pytest.mark.django_db(transaction=True)
def test_two_accept_at_once_and_one_is_first(offered: Handoff, infra: User) -> None:
    second = member("second", "infrastructure")
    found = at_once(
        *(
            lambda person=person: hand_off.accept(actor=person, handoff_id=offered.pk)
            for person in (infra, second)
        )
    )
    refusals = [one for one in found if isinstance(one, Refused)]
    assert len(refusals) == 1
    assert "was accepted by" in refusals[0].sentence
    assert kinds().count("handoff.accepted") == 1
