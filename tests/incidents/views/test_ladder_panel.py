"""The ladder in the room: who sees what of it, and what they may answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import User

from incidents.actions import escalate
from incidents.models import Heartbeat, Incident, Step, Timer
from incidents.states import LevelOrigin
from tests import factories
from tests.incidents.conftest import SetClock
from tests.incidents.views.conftest import SignIn

CountQueries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def incident(set_clock: SetClock, commander: User) -> Incident:
    """One level fires after an hour, one after two, one waits for a phase, one is for others."""
    found = factories.make_incident(commander)
    factories.make_phase(found, title="Repair", state="pending")
    for hours in (1, 2):
        factories.make_level(found, hours * 3600)
    waiting = {"then": [], "to": ["vp"], "after": 600}
    found.levels.create(position=3, origin=LevelOrigin.PHASE, origin_key="1", **waiting)
    found.levels.create(position=4, severities=["P4"], **waiting)
    return found


def panel(incident: Incident) -> str:
    return f"/incidents/INC-{incident.number}/panels/ladder/"


def test_ladder_says_what_each_level_waits_for(
    incident: Incident, sign_in: SignIn, leader: User, set_clock: SetClock
) -> None:
    set_clock.advance(3605)
    escalate.fire_due_timers()

    page = sign_in(leader).get(panel(incident)).content.decode()

    for words in (
        "5 s late",
        "in 59 min",
        "10 min into phase 1, Repair",
        "Counts as soon as phase 1 begins",
        "Only for P4",
    ):
        assert words in page
    assert "<form" not in page


def test_ladder_asks_the_same_for_few_levels_and_many(
    incident: Incident,
    sign_in: SignIn,
    commander: User,
    django_assert_num_queries: CountQueries,
) -> None:
    client = sign_in(commander)
    client.get(panel(incident))
    for hours in range(10):
        factories.make_level(incident, hours * 3600)

    with django_assert_num_queries(8):
        client.get(panel(incident))


def test_people_answer_in_the_room(
    incident: Incident, sign_in: SignIn, commander: User, set_clock: SetClock
) -> None:
    set_clock.advance(3600)
    escalate.fire_due_timers()
    client, room = sign_in(commander), f"/incidents/INC-{incident.number}/"
    level, second = incident.levels.get(position=1), incident.timers.get(key="2")

    for path, data, words in (
        (f"/timers/{second.pk}/postpone/", {"minutes": 30, "reason": "on it"}, "Postponed from"),
        (f"{room}pause/", {"reason": "waiting for Google"}, "Escalation is paused"),
        (f"{room}resume/", {}, "Pause escalation"),
        (f"/levels/{level.pk}/dismiss/", {"reason": "we are through"}, "Does not apply: we are"),
        (f"{room}severity/", {"severity": "P4", "reason": "one customer"}, "severity-P4"),
        (f"{room}mitigate/", {"words": "Traffic goes around it."}, "The impact is back"),
        (f"{room}worsen/", {"words": "It fails again."}, "Mark as mitigated"),
    ):
        answer = client.post(path, data, headers={"HX-Request": "true"})
        assert (path, answer.status_code) == (path, 200)
        assert words in answer.content.decode()
    assert incident.timers.filter(key="4", state="pending").exists()


def test_acknowledge_in_the_room(
    incident: Incident, sign_in: SignIn, engineer: User, outsider: User, set_clock: SetClock
) -> None:
    set_clock.advance(3600)
    escalate.fire_due_timers()
    path = f"/levels/{incident.levels.get(position=1).pk}/acknowledge/"

    assert sign_in(outsider).post(path).status_code == 404
    answer = sign_in(engineer).post(path, headers={"HX-Request": "true"})

    assert "by engineer" in answer.content.decode()


def test_refusals_stand_beside_the_form(
    incident: Incident, sign_in: SignIn, engineer: User
) -> None:
    timer = Timer.objects.get(incident=incident, key="1")
    answer = sign_in(engineer).post(
        f"/timers/{timer.pk}/postpone/",
        {"minutes": 30, "reason": "later"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 403
    assert "Ask someone who is commander there" in answer.content.decode()


def test_steps_of_a_level_are_shown_as_such(
    incident: Incident, sign_in: SignIn, engineer: User, set_clock: SetClock
) -> None:
    set_clock.advance(3600)
    escalate.fire_due_timers()
    step = Step.objects.get(incident=incident, level=1)

    page = sign_in(engineer).get(f"/incidents/INC-{incident.number}/?step={step.pk}")

    assert "Escalation level 1" in page.content.decode()


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (None, "No clock has been seen yet"),
        (14, ""),
        (75, "The clock has been silent for 1 min 15 s; escalations will be late."),
    ],
)
def test_header_warns_of_a_silent_clock(
    incident: Incident,
    sign_in: SignIn,
    engineer: User,
    set_clock: SetClock,
    age: int | None,
    words: str,
) -> None:
    if age is not None:
        Heartbeat.objects.create(process="clock", at=set_clock.at)
        set_clock.advance(age)

    client = sign_in(engineer)
    for path in (f"/incidents/INC-{incident.number}/panels/header/", "/clock/silence/"):
        page = client.get(path).content.decode()
        assert (words in page, 'class="silence"' in page) == (True, bool(words))
