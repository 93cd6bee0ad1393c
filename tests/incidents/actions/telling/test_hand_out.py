"""Who sends what, once: workers that die, two at once, and letters that are dead."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents.actions import channels, hand_out, retry, take_up, tell
from incidents.actions.deliver import deliver
from incidents.models import Incident, Notification, TimelineEntry
from incidents.queries.deliveries import read_deliveries
from incidents.queries.level_words import topic_of
from incidents.refusal import Refused
from tests import factories
from tests.incidents.actions.telling.deeds import again, channel_of, tell_whom, told
from tests.incidents.conftest import SetClock, at_once
from tests.support.receivers import Hook


def test_worker_that_dies_while_it_sends_is_followed_by_another(
    incident: Incident, engineer: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    Notification.objects.filter(pk=row.pk).update(
        state="sending", attempts=1, lease_until=set_clock.at + timedelta(seconds=60)
    )

    assert hand_out.take_back() == 0
    set_clock.advance(61)
    assert hand_out.take_back() == 1
    assert hand_out.hand_out() == 1
    deliver(row.pk)

    assert (again(row).state, row.attempts) == ("sent", 2)


def test_what_kills_every_worker_is_buried(
    incident: Incident, engineer: User, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", "https://example.com/")
    row = told(incident, engineer)
    Notification.objects.filter(pk=row.pk).update(
        state="sending", attempts=8, lease_until=set_clock.at - timedelta(seconds=1)
    )

    assert hand_out.take_back() == 0
    assert (again(row).state, row.error) == (
        "dead",
        "Every worker that sent it stopped; their logs say why.",
    )


def test_cancelled_while_it_fails_it_is_not_tried_again(
    incident: Incident, engineer: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    hook.answers, hook.seconds = [(500, {})], 0.0

    tell.no_longer(row.topic)
    deliver(row.pk)

    assert (again(row).state, hook.requests) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(incident: Incident, engineer: User, hook: Hook) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)

    at_once(lambda: deliver(row.pk), lambda: deliver(row.pk))

    assert (len(hook.requests), again(row).state) == (1, "sent")


def test_a_few_of_a_lane_are_handed_out_at_a_time(
    incident: Incident, engineer: User, leader: User, set_clock: SetClock
) -> None:
    for _ in range(6):
        channel_of(engineer, "email", "a@example.com")
    channel_of(leader, "webhook", "https://hooks.example.com/")
    tell.tell(
        tell.Event(
            kind="escalation", incident=incident, topic="t", key="k", subject="s", body="b",
            people=[engineer, leader],
        )
    )  # fmt: skip

    assert [hand_out.hand_out(), hand_out.hand_out()] == [5, 0]
    set_clock.advance(6)
    assert hand_out.hand_out() == 5


def test_dead_letters_are_tried_again_by_who_works_there(
    incident: Incident, engineer: User, leader: User, outsider: User, hook: Hook
) -> None:
    channel_of(leader, "webhook", hook.address)
    row = told(incident, leader)
    hook.answers = [(404, {})]
    deliver(row.pk)

    with pytest.raises(Refused) as refused:
        retry.retry(actor=outsider, notification_id=row.pk)
    assert refused.value.status == 404
    with pytest.raises(Refused):
        retry.retry_all(actor=leader, incident_id=incident.pk)
    assert retry.retry_all(actor=engineer, incident_id=incident.pk) == 1
    with pytest.raises(Refused):
        retry.retry(actor=engineer, notification_id=row.pk)
    deliver(row.pk)

    assert (again(row).state, row.attempts) == ("sent", 1)
    assert [entry.kind for entry in TimelineEntry.objects.order_by("number")] == [
        "notification.dead",
        "notification.retried",
    ]


def test_dead_letter_whose_channel_is_removed_stays_dead(
    incident: Incident, engineer: User, hook: Hook
) -> None:
    channel = channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    hook.answers = [(404, {})]
    deliver(row.pk)
    channels.remove_channel(actor=engineer, channel_id=channel.pk)

    with pytest.raises(Refused) as refused:
        retry.retry(actor=engineer, notification_id=row.pk)
    assert retry.retry_all(actor=engineer, incident_id=incident.pk) == 0

    assert refused.value.sentence.startswith("The channel that this was for is removed.")
    assert again(row).state == "dead"


def test_dead_letter_that_passed_with_its_incident_is_not_tried_again(
    incident: Incident, engineer: User, hook: Hook
) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    hook.answers = [(404, {})]
    deliver(row.pk)
    Incident.objects.update(state="resolved")

    with pytest.raises(Refused, match=f"{incident.name} is resolved. It is not sent again."):
        retry.retry(actor=engineer, notification_id=row.pk)
    assert retry.retry_all(actor=engineer, incident_id=incident.pk) == 0

    assert again(row).state == "dead"


def test_dead_letter_of_a_level_that_was_taken_up_is_not_tried_again(
    incident: Incident, engineer: User, leader: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(leader, "webhook", hook.address)
    level = factories.make_level(incident, 3600)
    incident.levels.update(state="fired")
    tell_whom(incident, "leader", topic=topic_of(level))
    row = Notification.objects.get(channel__isnull=False)
    hook.answers = [(404, {})]
    deliver(row.pk)

    take_up.acknowledge(actor=engineer, level_id=level.pk)

    why = "Somebody saw to it on 21 Nov 03:00 UTC. It is not sent again."
    with pytest.raises(Refused, match=why):
        retry.retry(actor=engineer, notification_id=row.pk)
    assert retry.retry_all(actor=engineer, incident_id=incident.pk) == 0
    assert (again(row).state, len(hook.requests)) == ("dead", 1)
    assert not incident.timeline.filter(kind="notification.retried").exists()


def test_dead_letter_of_before_this_was_noted_is_not_tried_again_either(
    incident: Incident, engineer: User, leader: User, hook: Hook, set_clock: SetClock
) -> None:
    channel_of(leader, "webhook", hook.address)
    level, other = (factories.make_level(incident, after) for after in (3600, 7200))
    incident.levels.update(state="fired")
    hook.answers = [(404, {}), (404, {})]
    for one in (level, other):
        tell_whom(incident, "leader", topic=topic_of(one), key=topic_of(one))
    row, waits = Notification.objects.filter(channel__isnull=False).order_by("pk")
    for one in (row, waits):
        deliver(one.pk)
    take_up.acknowledge(actor=engineer, level_id=level.pk)
    Notification.objects.filter(pk=row.pk).update(data=row.data)

    with pytest.raises(Refused, match="Somebody saw to it on 21 Nov 03:00 UTC"):
        retry.retry(actor=engineer, notification_id=row.pk)
    assert read_deliveries(Incident.objects.get()).to_try == 1
    assert retry.retry_all(actor=engineer, incident_id=incident.pk) == 1

    assert (again(row).state, again(waits).state) == ("dead", "waiting")


def test_dead_letter_to_who_has_left_is_not_tried_again(
    incident: Incident, engineer: User, leader: User, hook: Hook
) -> None:
    channel_of(leader, "webhook", hook.address)
    row = told(incident, leader)
    hook.answers = [(404, {})]
    deliver(row.pk)
    User.objects.filter(pk=leader.pk).update(is_active=False)

    with pytest.raises(Refused, match=r"leader is not active any more\. It is not sent again\."):
        retry.retry(actor=engineer, notification_id=row.pk)


def test_who_has_left_is_sent_nothing(incident: Incident, engineer: User, hook: Hook) -> None:
    channel_of(engineer, "webhook", hook.address)
    row = told(incident, engineer)
    User.objects.filter(pk=engineer.pk).update(is_active=False)

    deliver(row.pk)

    assert (again(row).error, hook.requests) == ("engineer is not active any more.", [])
