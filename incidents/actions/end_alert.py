"""Taking an alert for over by hand: its sender is gone, or says nothing any more."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, clock, live, permissions, timeline
from incidents.actions.alert_recovery import recovered
from incidents.actions.alert_words import tell_what_is_new
from incidents.actions.moves import hold
from incidents.health_states import AlertKind, AlertState
from incidents.models import Alert
from incidents.refusal import Refused


def end_alert(*, actor: User, alert_id: int) -> None:
    """From now on it has recovered, with all that follows from that; told of again by its sender,
    it fires again. For commanders of its environment, and superusers."""
    with transaction.atomic():
        place = Alert.objects.filter(pk=alert_id).values_list("incident_id", flat=True).first()
        if place is not None:
            hold(pk=place)
        else:
            administration.hold()
        alert = Alert.objects.select_related("environment").filter(pk=alert_id).first()
        if alert is None:
            raise Refused("That alert is kept no more.", status=404)
        _require_may(actor, alert)
        if alert.incident_id != place:
            raise Refused("A rule has just taken this alert up. Look at it, then try again.")
        _end(actor, alert)
    if alert.environment_id is not None:
        live.health_changed(alert.environment_id)
    recovered([alert])
    tell_what_is_new({alert.rule_id} if alert.rule_id else set())


def _require_may(actor: User, alert: Alert) -> None:
    where = alert.environment
    roles = permissions.roles_in(person=actor, environment=where) if where else frozenset()
    if not roles & permissions.COMMANDING and not permissions.is_superuser(actor):
        who = f"a commander of {where}" if where else "a superuser"
        raise Refused(f"You may not take this alert for over. Ask {who}.", status=403)
    if alert.kind == AlertKind.MONITOR and where is not None:
        raise Refused(
            "The monitor ends its alerts itself, with the first check that finds nothing wrong."
            f" Check {where} now.",
            status=422,
        )


def _end(actor: User, alert: Alert) -> None:
    now = clock.now()
    firing = Alert.objects.filter(pk=alert.pk, state=AlertState.FIRING)
    if not firing.update(state=AlertState.RESOLVED, resolved_at=now, last_at=now):
        raise Refused(f"It has recovered already, at {alert.resolved_at:%Y-%m-%d %H:%M} UTC.")
    text = f"took the alert “{alert.title}” for over"
    if alert.incident_id is None:
        administration.record(
            actor=actor,
            kind="alert.ended",
            text=text,
            environment=alert.environment,
            data={"alert": alert.pk, "key": alert.key},
        )
        return
    timeline.record(
        incident_id=alert.incident_id,
        actor=actor,
        kind="alert.ended",
        text=text,
        panels=["health", "header"],
        data={"alert": alert.pk, "key": alert.key},
    )
