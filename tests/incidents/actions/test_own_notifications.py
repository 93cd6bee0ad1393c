"""A person's own rules, quiet hours and notices, and nobody else's."""

from __future__ import annotations

from datetime import time

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import notices
from incidents.actions import notification_rules as rules
from incidents.actions.tell import Event, no_longer, tell
from incidents.models import (
    Channel,
    Incident,
    Membership,
    Notification,
    NotificationRule,
    QuietHours,
)
from incidents.permissions import visible_environments
from incidents.queries.notices import Bell, read_bell, read_notices
from incidents.refusal import Refused
from tests import factories


def notice(person: User, subject: str = "Level 2 fired", **columns: object) -> Notification:
    return factories.make_notification(person=person, subject=subject, **columns)


def bell_of(person: User) -> Bell:
    return read_bell(person, visible_environments(person))


def listed_for(person: User) -> list[Notification]:
    return read_notices(person, visible_environments(person))


@pytest.fixture
def channel(engineer: User) -> Channel:
    return factories.make_channel(person=engineer, created_by=engineer)


def test_rules_are_added_once_for_own_channels_and_removed(
    channel: Channel, engineer: User, commander: User
) -> None:
    made = rules.add_rule(actor=engineer, channel_id=channel.pk, after=300, least_severity="P2")
    assert (made.person, made.after, made.least_severity) == (engineer, 300, "P2")
    with pytest.raises(Refused, match="at that time already"):
        rules.add_rule(actor=engineer, channel_id=channel.pk, after=300)
    with pytest.raises(Refused, match="no such channel"):
        rules.add_rule(actor=commander, channel_id=channel.pk, after=0)
    with pytest.raises(Refused, match="removed this rule already"):
        rules.remove_rule(actor=commander, rule_id=made.pk)

    rules.remove_rule(actor=engineer, rule_id=made.pk)
    assert not NotificationRule.objects.exists()


def test_rule_that_cannot_be_is_refused(channel: Channel, engineer: User) -> None:
    with pytest.raises(Refused, match="24 hours"):
        rules.add_rule(actor=engineer, channel_id=channel.pk, after=86_401)
    with pytest.raises(Refused, match="not a severity"):
        rules.add_rule(actor=engineer, channel_id=channel.pk, after=0, least_severity="P9")
    for after in range(rules.MOST_RULES):
        rules.add_rule(actor=engineer, channel_id=channel.pk, after=after)
    with pytest.raises(Refused, match="Remove one"):
        rules.add_rule(actor=engineer, channel_id=channel.pk, after=999)


def test_quiet_hours_are_one_for_each_person(engineer: User) -> None:
    for begins in (time(22), time(23)):
        rules.set_quiet_hours(actor=engineer, begins=begins, until=time(7), time_zone="Europe/Rome")
    assert str(QuietHours.objects.get()) == "23:00 to 07:00 Europe/Rome"
    with pytest.raises(Refused, match="not a time zone"):
        rules.set_quiet_hours(actor=engineer, begins=time(22), until=time(7), time_zone="Rome")
    with pytest.raises(Refused, match="another time"):
        rules.set_quiet_hours(actor=engineer, begins=time(7), until=time(7), time_zone="UTC")

    rules.clear_quiet_hours(actor=engineer)
    assert not QuietHours.objects.exists()


def test_notices_are_read_by_their_own_person(engineer: User, commander: User) -> None:
    made = notice(engineer)
    with pytest.raises(Refused, match="no such notice"):
        notices.mark_read(actor=commander, notification_id=made.pk)
    assert bell_of(engineer).count == 1

    notices.mark_read(actor=engineer, notification_id=made.pk)
    made.refresh_from_db()
    first = made.read_at
    notices.mark_read(actor=engineer, notification_id=made.pk)
    made.refresh_from_db()
    assert (bell_of(engineer).count, made.read_at) == (0, first)


def test_all_that_were_seen_are_read_at_once(engineer: User, commander: User) -> None:
    seen, late = notice(engineer, "seen"), notice(engineer, "came meanwhile")
    theirs = notice(commander)

    assert notices.mark_all_read(actor=engineer, newest=seen.pk) == 1
    bell = bell_of(engineer)
    assert (bell.count, bell.newest) == (1, late)
    assert bell_of(commander).newest == theirs
    assert [one.subject for one in listed_for(engineer)] == ["came meanwhile", "seen"]


def test_bell_counts_notices_of_the_page_alone(engineer: User, channel: Channel) -> None:
    notice(engineer, channel=channel)
    notice(engineer, shown="e-mail of a channel that is gone")
    notice(engineer, sealed_address="sealed")
    notice(engineer, read_at=clock.now())

    assert bell_of(engineer).count == 0


def test_what_is_settled_rings_for_nobody_any_more(engineer: User, commander: User) -> None:
    for person in (engineer, commander):
        notice(person, topic="INC-1 level 2")
    other = notice(engineer, topic="INC-1 level 3")

    no_longer("INC-1 level 2")

    assert bell_of(commander).count == 0
    assert (bell_of(engineer).count, bell_of(engineer).newest) == (1, other)


def told(incident: Incident, *people: User) -> None:
    event = Event(
        kind="approval.asked",
        subject="A change waits for you",
        body="gcloud sql instances patch main --tier=db-custom-4-16384",
        topic="approval 1",
        key="approval 1",
        incident=incident,
        people=people,
    )
    tell(event)


def test_who_lost_the_role_reads_no_notice_of_the_environment_any_more(
    incident: Incident, engineer: User, commander: User
) -> None:
    told(incident, engineer, commander)
    other = notice(engineer, "You are on call")
    held = Membership.objects.filter(person=engineer)
    rows = list(held)
    assert bell_of(engineer).count == 2

    held.delete()

    theirs = Notification.objects.get(person=engineer, incident=incident)
    assert (bell_of(engineer).count, bell_of(engineer).newest) == (1, other)
    assert listed_for(engineer) == [other]
    with pytest.raises(Refused, match="no such notice"):
        notices.mark_read(actor=engineer, notification_id=theirs.pk)
    assert notices.mark_all_read(actor=engineer, newest=other.pk) == 1
    assert bell_of(commander).count == 1

    Membership.objects.bulk_create(rows)
    assert bell_of(engineer).newest == theirs


def test_notices_from_before_they_were_marked_are_held_back_too(
    incident: Incident, outsider: User, engineer: User
) -> None:
    for person in (outsider, engineer):
        notice(person, incident=incident)

    assert (bell_of(outsider).count, bell_of(engineer).count) == (0, 1)


def test_whom_a_runbook_names_without_a_role_and_superusers_read_theirs(
    incident: Incident, outsider: User, engineer: User
) -> None:
    told(incident, outsider, engineer)
    Membership.objects.filter(person=engineer).delete()
    User.objects.filter(pk=engineer.pk).update(is_superuser=True)

    assert (bell_of(outsider).count, bell_of(engineer).count) == (1, 1)
