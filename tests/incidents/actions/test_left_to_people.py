"""Incidents of rules that people have worked on: no rule resolves them behind their backs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts, checklist, take_up
from incidents.actions.alert_recovery import close_what_is_over
from incidents.actions.announce import post_update
from incidents.actions.execute import request_run
from incidents.actions.hand_over import take_over
from incidents.models import AlertRule, Incident, Notification, Run, StepCommand
from incidents.states import RunState
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, signal

Act = Callable[[Incident, User], object]


@pytest.fixture
def declared(commander: User) -> Incident:
    """By a rule that closes, and people have not touched it."""
    make_declaring(make_monitor(), closes=True)
    alerts.hear(signal())
    return Incident.objects.get()


def takes_over(incident: Incident, actor: User) -> None:
    take_over(actor=actor, incident_id=incident.pk, reason="")


def ticks(incident: Incident, actor: User) -> None:
    checklist.tick(actor=actor, step_id=incident.steps.order_by("pk")[0].pk)


def posts(incident: Incident, actor: User) -> None:
    post_update(actor=actor, incident_id=incident.pk, audience="engineering", text="We look at it.")


def runs(incident: Incident, actor: User) -> None:
    command = StepCommand.objects.filter(step__incident=incident, effect="reads")[0]
    request_run(actor=actor, command_id=command.pk)
    Run.objects.update(state=RunState.SUCCEEDED)


def acknowledges(incident: Incident, actor: User) -> None:
    level = factories.make_level(incident, 3600)
    incident.levels.update(state="fired")
    take_up.acknowledge(actor=actor, level_id=level.pk)


def left(incident: Incident) -> list[str]:
    rows = incident.timeline.filter(kind="alert.left_to_people").order_by("number")
    return list(rows.values_list("text", flat=True))


@pytest.mark.parametrize("act", [takes_over, ticks, posts, runs])
def test_what_people_work_on_is_theirs_to_resolve(
    declared: Incident, commander: User, act: Act
) -> None:
    act(declared, commander)

    alerts.hear(signal(firing=False))

    assert Incident.objects.get().is_open
    assert left(declared) == [
        "all alerts have recovered; as commander has worked on it, no rule resolves it"
    ]
    told = Notification.objects.filter(person=commander, subject__contains="have recovered")
    assert told.values_list("subject", flat=True).distinct().get() == (
        f"{declared.name}: all of its alerts have recovered"
    )


def test_who_acknowledges_leaves_it_to_the_rule(declared: Incident, commander: User) -> None:
    acknowledges(declared, commander)

    alerts.hear(signal(firing=False))

    assert Incident.objects.get().state == "resolved"


def test_it_is_said_once_for_each_recovery(declared: Incident, commander: User) -> None:
    ticks(declared, commander)

    for firing in (False, True, False):
        alerts.hear(signal(firing=firing))
        assert [close_what_is_over() for _ in range(2)] == [0, 0]

    assert len(left(declared)) == 2


def test_clock_says_it_where_nobody_did(declared: Incident, commander: User) -> None:
    AlertRule.objects.update(is_on=False)
    alerts.hear(signal(firing=False))
    ticks(declared, commander)
    AlertRule.objects.update(is_on=True)

    assert [close_what_is_over() for _ in range(2)] == [0, 0]

    assert len(left(declared)) == 1
