"""Trying dead letters again, when somebody asks for it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from incidents import clock, permissions, timeline
from incidents.actions.dead_letters import PANELS, receiver_of
from incidents.actions.meant import why_needless, why_not_told
from incidents.actions.moves import hold
from incidents.models import Incident, Notification
from incidents.queries.settled import why_settled
from incidents.refusal import Refused
from incidents.states import NotificationState


def retry(*, actor: User, notification_id: int) -> Notification:
    """Try a dead letter again, from the first attempt on, unless it would not be sent anyway."""
    found = Notification.objects.filter(pk=notification_id).first()
    with transaction.atomic():
        if found is not None and found.incident_id is not None:
            hold(pk=found.incident_id)
        row = (
            Notification.objects.select_related(
                "incident__environment", "person", "channel", "subscriber"
            )
            .filter(pk=notification_id)
            .first()
        )
        if row is None or not _sees(actor, row):
            raise Refused("That notification does not exist.", status=404)
        _require_may_retry(actor, row)
        _require_wanted(row)
        if not _again(Notification.objects.filter(pk=row.pk)):
            raise Refused(f"This was {row.state} meanwhile; there is nothing to try again.")
        if row.incident is not None:
            _record_retry(actor, row.incident, [row])
    row.refresh_from_db()
    return row


def retry_all(*, actor: User, incident_id: int) -> int:
    """Try every dead letter of an incident again; how many. What lost its channel, or what nobody
    needs to be told any more, stays as it is."""
    with transaction.atomic():
        hold(pk=incident_id)
        visible = permissions.visible_incidents(actor).select_related("environment")
        incident = visible.filter(pk=incident_id).first()
        if incident is None:
            raise Refused("That incident does not exist.", status=404)
        _require_works(actor, incident)
        rows = Notification.objects.filter(incident=incident, state=NotificationState.DEAD)
        loaded = rows.select_related("person", "incident")
        dead = [row for row in loaded if _leads_somewhere(row) and not why_settled(row)]
        _again(Notification.objects.filter(pk__in=[row.pk for row in dead]))
        if dead:
            _record_retry(actor, incident, dead)
    return len(dead)


def _again(rows: QuerySet[Notification]) -> int:
    return rows.filter(state=NotificationState.DEAD).update(
        state=NotificationState.WAITING, due_at=clock.now(), attempts=0, ended_at=None
    )


def _require_wanted(row: Notification) -> None:
    if not _leads_somewhere(row):
        raise Refused(
            f"The channel that this was for is removed. Tell {receiver_of(row)} in another way."
        )
    if row.state == NotificationState.DEAD and (why := why_not_told(row) or why_needless(row)):
        raise Refused(f"{why} It is not sent again.")


def _leads_somewhere(row: Notification) -> bool:
    """Whether there is a lane for it: nobody would ever take up what goes nowhere."""
    if row.kind.startswith("github "):
        return True
    return bool(row.channel_id or row.subscriber_id or row.sealed_address)


def _sees(actor: User, row: Notification) -> bool:
    if row.person_id == actor.pk or permissions.is_superuser(actor):
        return True
    visible = permissions.visible_incidents(actor)
    return row.incident_id is not None and visible.filter(pk=row.incident_id).exists()


def _require_may_retry(actor: User, row: Notification) -> None:
    if row.incident is not None and row.person_id != actor.pk:
        _require_works(actor, row.incident)


def _require_works(actor: User, incident: Incident) -> None:
    """Also in a closed one: what could not be told of its end is still to be told."""
    roles = permissions.roles_in(person=actor, environment=incident.environment)
    if not roles & permissions.WORKING:
        raise Refused(
            f"You may not send anything again in {incident.environment}. Ask someone who is"
            " responder there.",
            status=403,
        )


def _record_retry(actor: User, incident: Incident, rows: list[Notification]) -> None:
    whom = ", ".join(dict.fromkeys(map(receiver_of, rows)))
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind="notification.retried",
        text=f"had it tried again to tell {whom}",
        panels=PANELS,
        data={"count": len(rows)},
    )
