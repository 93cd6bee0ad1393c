"""Planned work that strangers may read of: planned by administrators, begun and ended by the clock
at its times unless a person was first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, clock, live, permissions
from incidents.actions.public_words import require_no_secret
from incidents.actions.publish import tell_of_work
from incidents.models import Maintenance, MaintenanceUpdate, ServiceComponent
from incidents.refusal import Refused
from incidents.states import MaintenanceState

MOVES: dict[MaintenanceState, frozenset[MaintenanceState]] = {
    MaintenanceState.SCHEDULED: frozenset(
        {MaintenanceState.IN_PROGRESS, MaintenanceState.CANCELLED}
    ),
    MaintenanceState.IN_PROGRESS: frozenset(
        {MaintenanceState.VERIFYING, MaintenanceState.COMPLETED}
    ),
    MaintenanceState.VERIFYING: frozenset(
        {MaintenanceState.IN_PROGRESS, MaintenanceState.COMPLETED}
    ),
    MaintenanceState.COMPLETED: frozenset(),
    MaintenanceState.CANCELLED: frozenset(),
}
RUNNING = (MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING)
WORDS = {
    MaintenanceState.SCHEDULED: "The work is planned.",
    MaintenanceState.IN_PROGRESS: "The work has begun.",
    MaintenanceState.VERIFYING: "The work is done and being checked.",
    MaintenanceState.COMPLETED: "The work is completed.",
    MaintenanceState.CANCELLED: "The work does not take place.",
}


def plan_maintenance(
    *,
    actor: User,
    title: str,
    words: str,
    starts_at: datetime,
    ends_at: datetime,
    components: Iterable[ServiceComponent],
) -> Maintenance:
    now = clock.now()
    if ends_at <= starts_at:
        raise Refused("The work ends before it begins. Look at the two times again.", status=422)
    if ends_at <= now:
        raise Refused("The end of this work has passed already.", status=422)
    with transaction.atomic():
        _hold(actor)
        require_no_secret(title, words)
        work = Maintenance.objects.create(
            title=title,
            words=words,
            starts_at=starts_at,
            ends_at=ends_at,
            planned_by=actor,
            created_at=now,
        )
        work.components.set(components)
        span = f"{starts_at:%Y-%m-%d %H:%M} to {ends_at:%Y-%m-%d %H:%M} UTC"
        _record(actor, work, f"planned the maintenance “{title}”, {span}")
        tell_of_work(work, words or WORDS[MaintenanceState.SCHEDULED], key="planned")
    return work


def move_maintenance(*, actor: User, maintenance_id: int, state: str, text: str) -> Maintenance:
    """Into another state, or only words about the one it is in."""
    if state not in MaintenanceState.values:
        raise Refused(f"“{state}” is not a state of maintenance.", status=422)
    with transaction.atomic():
        _hold(actor)
        work = _find(maintenance_id)
        old, new = MaintenanceState(work.state), MaintenanceState(state)
        if new != old and new not in MOVES[old]:
            raise Refused(f"“{work.title}” is {old.value}; it cannot become {new.value} now.")
        if new == old and not text.strip():
            raise Refused("Write what people should know, or choose another state.", status=422)
        require_no_secret(text)
        _move(work, old=old, new=new, text=text.strip(), actor=actor, at=clock.now())
    return work


def move_due_maintenance() -> int:
    """Begin and complete what is due; how many moved. Safe beside other clocks."""
    now = clock.now()
    begun = Maintenance.objects.filter(state=MaintenanceState.SCHEDULED, starts_at__lte=now)
    over = Maintenance.objects.filter(state__in=RUNNING, ends_at__lte=now)
    due = [(pk, MaintenanceState.IN_PROGRESS) for pk in begun.values_list("pk", flat=True)]
    due += [(pk, MaintenanceState.COMPLETED) for pk in over.values_list("pk", flat=True)]
    return sum(_moved_by_clock(pk, new, now) for pk, new in due)


def _moved_by_clock(pk: int, new: MaintenanceState, now: datetime) -> bool:
    with transaction.atomic():
        administration.hold()
        work = _find(pk)
        old = MaintenanceState(work.state)
        return new in MOVES[old] and _move(work, old=old, new=new, text="", actor=None, at=now)


def _move(
    work: Maintenance,
    *,
    old: MaintenanceState,
    new: MaintenanceState,
    text: str,
    actor: User | None,
    at: datetime,
) -> bool:
    """False when somebody was first."""
    rows = Maintenance.objects.filter(pk=work.pk, state=old)
    ended = {"completed_at": at} if new == MaintenanceState.COMPLETED else {}
    if not rows.update(state=new, **ended):
        return False
    work.refresh_from_db()
    words = text or WORDS[new]
    told = MaintenanceUpdate.objects.create(maintenance=work, state=new, text=words, at=at)
    moved = f"is {new.value}, was {old.value}" if new != old else "has an update"
    _record(actor, work, f"the maintenance “{work.title}” {moved}: {words}")
    tell_of_work(work, words, key=f"update {told.pk}")
    return True


def _hold(actor: User) -> None:
    administration.hold()
    permissions.require_superuser(person=actor, what="plan maintenance")


def _find(pk: int) -> Maintenance:
    work = Maintenance.objects.filter(pk=pk).first()
    if work is None:
        raise Refused("That maintenance is not there any more.", status=404)
    return work


def _record(actor: User | None, work: Maintenance, text: str) -> None:
    names: Sequence[str] = list(work.components.values_list("name", flat=True))
    data = {"maintenance": work.title, "state": work.state, "components": names}
    administration.record(actor=actor, kind="maintenance.changed", text=text, data=data)
    live.status_changed()
