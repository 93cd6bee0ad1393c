"""Who was to be told is told later only if they may still see it and can still answer."""

from datetime import UTC, datetime, time

import pytest
from django.contrib.auth.models import User

from incidents.actions import approve, severity
from incidents.actions.deliver import deliver
from incidents.actions.tell import Event, tell
from incidents.actions.tell_of_runs import ask_approvers
from incidents.models import Incident, Membership, Notification, NotificationRule, QuietHours
from incidents.states import Role
from tests import factories
from tests.incidents.actions.telling.deeds import again, channel_of, tell_whom, told, waiting
from tests.incidents.conftest import SetClock
from tests.support.receivers import Hook


@pytest.fixture
def late(engineer: User, hook: Hook) -> User:
    """The engineer, whose only rung comes five minutes later."""
    channel = channel_of(engineer, "webhook", hook.address)
    NotificationRule.objects.create(person=engineer, channel=channel, after=300)
    return engineer


def test_who_lost_the_role_meanwhile_hears_nothing_and_that_is_said(
    incident: Incident, late: User, hook: Hook, set_clock: SetClock
) -> None:
    row = told(incident, late)
    Membership.objects.filter(person=late).delete()
    set_clock.advance(300)

    deliver(row.pk)

    reason = f"engineer has no role in {incident.environment} any more."
    assert (again(row).state, row.error, hook.requests) == ("dead", reason, [])
    assert reason in incident.timeline.get(kind="notification.dead").text


def test_alerts_of_an_environment_are_for_who_sees_it(late: User, hook: Hook) -> None:
    environment = factories.make_environment()
    event = {"kind": "alert", "subject": "It fires", "body": "", "topic": "rule 1"}
    tell(Event(**event, key="one", environment=environment, people=[late]))
    Membership.objects.filter(person=late).exclude(role=Role.APPROVER).delete()
    row = Notification.objects.get(channel__isnull=False)
    Notification.objects.update(due_at=row.created_at)
    deliver(row.pk)
    assert again(row).state == "sent"
    assert b"seen_in" not in hook.requests[0][1]

    Membership.objects.filter(person=late).delete()
    Notification.objects.filter(pk=row.pk).update(state="waiting")
    deliver(row.pk)
    assert (again(row).state, len(hook.requests)) == ("dead", 1)


def test_whom_a_runbook_names_without_any_role_is_told(
    incident: Incident, outsider: User, hook: Hook
) -> None:
    channel_of(outsider, "webhook", hook.address)
    row = told(incident, outsider)

    deliver(row.pk)

    assert again(row).state == "sent"


def test_who_has_answered_is_not_asked_again(
    incident: Incident, commander: User, late: User, hook: Hook, set_clock: SetClock
) -> None:
    other = factories.make_person("other", Role.APPROVER)
    channel_of(other, "webhook", hook.address)
    command = factories.make_command(
        factories.make_step(factories.make_phase(incident), approve="2 approvers"),
        text=factories.UPDATE,
        effect="changes",
    )
    approval = factories.make_waiting_approval(command, commander)
    ask_approvers(approval)
    mine, theirs = (
        Notification.objects.get(person=one, channel__isnull=False) for one in (late, other)
    )
    approve.approve(actor=late, approval_id=approval.pk, digest=approval.digest)
    set_clock.advance(300)

    deliver(mine.pk)
    deliver(theirs.pk)

    assert (again(mine).state, again(theirs).state, len(hook.requests)) == ("cancelled", "sent", 1)
    assert mine.error == "engineer has answered, or could not answer any more."
    assert not incident.timeline.filter(kind="notification.dead").exists()


def test_quiet_hours_end_when_an_incident_becomes_a_p0(
    incident: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    mail, phone = channel_of(engineer), channel_of(engineer, "service", name="phone")
    NotificationRule.objects.create(person=engineer, channel=mail)
    NotificationRule.objects.create(person=engineer, channel=phone, after=600)
    QuietHours.objects.create(person=engineer, begins=time(22), until=time(7))
    set_clock.at = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
    Incident.objects.update(severity="P2")
    incident.refresh_from_db()
    tell_whom(incident, "engineer")
    assert waiting() == [("my email", 9 * 3600), ("phone", 9 * 3600)]
    set_clock.advance(60)

    severity.change_severity(
        actor=commander, incident_id=incident.pk, severity="P0", reason="All of it is down."
    )

    assert waiting() == [("my email", 60), ("phone", 600)]
