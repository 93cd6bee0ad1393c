"""A person's own ladder of channels, and the hours in which it keeps quiet."""

from __future__ import annotations

from datetime import time
from zoneinfo import available_timezones

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from incidents.models import Channel, NotificationRule, QuietHours
from incidents.refusal import Refused
from incidents.states import Severity

LONGEST_WAIT = 24 * 3600
MOST_RULES = 20


def add_rule(
    *, actor: User, channel_id: int, after: int, least_severity: str = Severity.P4
) -> NotificationRule:
    """`after` so many seconds without an acknowledgement, one of the person's own channels tells
    them. With the first rule, channels that no rule names tell nothing."""
    if least_severity not in Severity.values:
        raise Refused(f"“{least_severity}” is not a severity, such as P2.", status=422)
    if not 0 <= after <= LONGEST_WAIT:
        raise Refused("Wait between 0 minutes and 24 hours.", status=422)
    channel = Channel.objects.filter(pk=channel_id, person=actor).first()
    if channel is None:
        raise Refused("You have no such channel. Add it first.", status=404)
    if actor.notification_rules.count() >= MOST_RULES:
        raise Refused(f"You have {MOST_RULES} rules. Remove one that you do not need.")
    try:
        with transaction.atomic():
            return NotificationRule.objects.create(
                person=actor, channel=channel, after=after, least_severity=least_severity
            )
    except IntegrityError as error:
        raise Refused(f"You have a rule for {channel.name} at that time already.") from error


def remove_rule(*, actor: User, rule_id: int) -> None:
    gone, _ = NotificationRule.objects.filter(pk=rule_id, person=actor).delete()
    if not gone:
        raise Refused("You have removed this rule already.", status=404)


def set_quiet_hours(*, actor: User, begins: time, until: time, time_zone: str) -> QuietHours:
    """Between these local times only a P0 is told at once; everything else waits for their end."""
    if time_zone not in available_timezones():
        raise Refused(f"“{time_zone}” is not a time zone, such as Europe/Rome.", status=422)
    if begins == until:
        raise Refused("Quiet hours end at another time than they begin.", status=422)
    hours, _ = QuietHours.objects.update_or_create(
        person=actor, defaults={"begins": begins, "until": until, "time_zone": time_zone}
    )
    return hours


def clear_quiet_hours(*, actor: User) -> None:
    QuietHours.objects.filter(person=actor).delete()
