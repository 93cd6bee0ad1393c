"""Who is told of a run: those who may approve it, whoever asked for it, and who commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from django.contrib.auth.models import User
from django.urls import reverse

from incidents.actions.meant import ASKS
from incidents.actions.tell import Event, no_longer, tell
from incidents.models import Approval, Run
from incidents.queries.receivers import who_commands
from incidents.quorum import who_may_decide
from incidents.states import RunState
from runbook.document.definition import Json

UNASKED = (RunState.REJECTED, RunState.EXPIRED, RunState.VOID)
"""Endings that somebody waits to hear of although nothing ran."""


def ask_approvers(approval: Approval) -> None:
    """Everybody whose yes would fill a place. The approval is loaded as `quorum.weigh` needs it."""
    run = approval.run
    emergency = f" as an emergency: {run.emergency_reason}" if run.emergency_reason else ""
    why = f"\n\n{run.reason}" if run.reason else ""
    asker = run.requested_by.get_full_name() or run.requested_by.get_username()
    _tell(
        run,
        f"asked {approval.pk}",
        who_may_decide(approval),
        subject=f"{asker} asks you to approve run {run.number}{emergency}",
        body=f"{run.shown}{why}",
        link=reverse("approval", kwargs={"approval_id": approval.pk}),
        urgent=bool(run.emergency_reason),
        data={ASKS: approval.pk},
    )


def nobody_is_asked(run: Run) -> None:
    """The question is answered, or what was unknown is settled."""
    no_longer(_topic(run))


def tell_of_end(run: Run, new: RunState, message: str) -> None:
    """What needs somebody: an unknown outcome, and a question that ended without a yes."""
    if new == RunState.UNKNOWN:
        _tell(
            run,
            f"unknown {run.token}",
            [*who_commands(run.incident), run.requested_by],
            subject=f"run {run.number} has an unknown outcome",
            body=f"{run.shown}\n\n{message}",
            kind="run",
            urgent=True,
        )
    elif new in UNASKED:
        _tell(
            run,
            new.value,
            [run.requested_by],
            subject=f"run {run.number} was not approved: {new.label}",
            body=f"{run.shown}\n\n{message}",
        )


def _tell(
    run: Run,
    key: str,
    people: Sequence[User],
    *,
    subject: str,
    body: str,
    kind: str = "approval",
    link: str = "",
    urgent: bool = False,
    data: Mapping[str, Json] = MappingProxyType({}),
) -> None:
    incident = run.incident
    tell(
        Event(
            kind=kind,
            incident=incident,
            topic=_topic(run),
            key=f"run {run.pk} {key}",
            people=people,
            subject=f"{incident.name}: {subject}",
            body=body,
            link=link or reverse("incident", kwargs={"number": incident.number}),
            urgent=urgent,
            data=data,
        )
    )


def _topic(run: Run) -> str:
    return f"run {run.pk}"
