"""What happens when a report or a follow-up is due: it is written down, and somebody is told."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.urls import reverse

from incidents import permissions, timeline
from incidents.actions.tell import Event, tell
from incidents.models import FollowUp, Incident, Timer
from incidents.queries.receivers import who_commands
from incidents.queries.report.sections import newest_revision
from incidents.queries.report.wording import span
from incidents.states import FollowUpState

LATE_FROM = 5


def report_is_due(timer: Timer, late: float) -> None:
    """Call inside the transaction that claims the timer, with its incident held."""
    incident = timer.incident
    newest = newest_revision(incident)
    if newest and newest.is_final:
        return
    timeline.record(
        incident_id=incident.pk,
        actor=None,
        kind="report.due",
        text=f"the report is due{_lateness(late)}",
        panels=["report", "incidents"],
        data={"late": late},
    )
    tell(
        Event(
            kind="report due",
            incident=incident,
            topic=topic_of_report(incident),
            key=f"{incident.name} report due {timer.occurrence}",
            people=who_commands(incident),
            subject=f"The report of {incident.name} is due",
            body=f"{incident.title}: write what happened, or mark the report final.",
            link=reverse("report", kwargs={"number": incident.number}),
        )
    )


def topic_of_report(incident: Incident) -> str:
    return f"{incident.name} report"


def follow_up_is_due(timer: Timer, late: float) -> None:
    """Call inside the transaction that claims the timer, with its incident held."""
    found = FollowUp.objects.select_related("owner").filter(pk=int(timer.key)).first()
    if found is None or found.state != FollowUpState.OPEN:
        return
    incident = timer.incident
    timeline.record(
        incident_id=incident.pk,
        actor=None,
        kind="follow_up.due",
        text=f"“{found.title}” is due{_lateness(late)}",
        panels=["follow-ups", "incidents"],
        data={"follow_up": found.pk, "late": late},
    )
    tell_of_follow_up(
        incident,
        found,
        people=_whose(incident, found),
        occasion=f"due {timer.occurrence}",
        subject=f"Due: {found.title}",
    )


def _whose(incident: Incident, found: FollowUp) -> Sequence[User]:
    """Its owner, while they may see the incident; else who commands, and can give it away."""
    owner = found.owner
    if owner and permissions.abilities(person=owner, incident=incident).can_view:
        return [owner]
    return who_commands(incident)


def tell_of_follow_up(
    incident: Incident, found: FollowUp, *, people: Sequence[User], occasion: str, subject: str
) -> None:
    """`occasion` tells this telling from others of the same follow-up."""
    due = f", due at the end of {found.due_on:%Y-%m-%d} UTC" if found.due_on else ""
    tell(
        Event(
            kind="follow-up",
            incident=incident,
            topic=topic_of(incident, found),
            key=f"{topic_of(incident, found)} {occasion}",
            people=people,
            subject=subject[:200],
            body=f"{found.title}{due}. It follows from {incident.name}, {incident.title}.",
            link=reverse("follow-ups"),
        )
    )


def topic_of(incident: Incident, found: FollowUp) -> str:
    return f"{incident.name} follow-up {found.pk}"


def _lateness(late: float) -> str:
    return f" (said {span(late)} late)" if late >= LATE_FROM else ""
