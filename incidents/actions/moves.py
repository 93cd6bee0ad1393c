"""One run's move from one state to another, and which panels show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q, QuerySet

from incidents import clock, timeline
from incidents.actions.digests import sealed
from incidents.actions.locks import announce_waiting
from incidents.actions.storable import storable, storable_text
from incidents.actions.tell_of_runs import nobody_is_asked, tell_of_end
from incidents.models import Incident, Run
from incidents.queries.proof.record import of_ended_run
from incidents.queries.proof.seals import seals_of
from incidents.redacting import redactor_of
from incidents.states import ENDED_RUN_STATES, IncidentState, RunState, check_run_move
from runbook.document.definition import Json


def open_incidents() -> QuerySet[Incident]:
    """For the condition of an UPDATE. Never write it as a join: PostgreSQL re-checks a row that it
    waited for against the conditions on that row alone, not against those inside a subquery."""
    return Incident.objects.filter(state=IncidentState.OPEN)


def hold(**lookup: object) -> None:
    """Lock the incident's row before anything else, inside the caller's transaction.

    `timeline.record` ends up there anyway; who took other rows first would wait for somebody who
    waits for them. What is read after this is what stands: nobody closes the incident meanwhile.
    SQLite locks no rows; there the transaction itself has already locked the whole database.
    """
    if not connection.features.has_select_for_update:
        return
    rows = Incident.objects.select_for_update(of=("self",), no_key=True).filter(**lookup)
    rows.only("pk").order_by("pk").first()


def panels_of(run: Run) -> list[str]:
    """Panels of the room that show this run. The step must be loaded with the run's command."""
    return [f"run-{run.pk}", f"step-{run.command.step_id}", f"phase-{run.command.step.phase_id}"]


def move_run(
    run: Run,
    *,
    old: RunState,
    new: RunState,
    token: int | None = None,
    only_if: Q | None = None,
    **columns: object,
) -> bool:
    """Conditional UPDATE; False when someone was first, when `token` is no longer the row's, or
    when `only_if`, about columns of that very row, does not hold."""
    check_run_move(old, new)
    rows = Run.objects.filter(only_if or Q(), pk=run.pk, state=old)
    if token is not None:
        rows = rows.filter(token=token)
    if new in ENDED_RUN_STATES or new == RunState.UNKNOWN:
        columns.setdefault("finished_at", clock.now())
        columns["lease_until"] = columns["waits_for"] = None
    moved = rows.update(state=new, **columns) == 1
    if moved and old in (RunState.WAITING, RunState.UNKNOWN):
        nobody_is_asked(run)
    return moved


def end_run(
    run: Run,
    *,
    old: RunState,
    new: RunState,
    actor: User | None,
    message: str,
    token: int | None = None,
    only_if: Q | None = None,
    seals: Mapping[str, str] | None = None,
    **columns: object,
) -> bool:
    """Move to an ending and write it on the timeline, inside the caller's transaction. Secrets are
    taken out of message, result and checks. Runs that wait for the resource are told. `seals` are
    of other rows that the same entry speaks of."""
    hold(pk=run.incident_id)
    redactor = redactor_of(run)
    message = redactor.text(storable_text(message))
    for name in columns.keys() & {"result", "checks"}:
        columns[name] = redactor.json(storable(cast("Json", columns[name])))
    now = clock.now()
    moved = move_run(
        run,
        old=old,
        new=new,
        token=token,
        only_if=only_if,
        message=message,
        finished_at=now,
        **columns,
    )
    if not moved:
        return False
    timeline.record(
        incident_id=run.incident_id,
        actor=actor,
        kind=f"run.{new.value}",
        text=f"run {run.number} {_ending(new)}: `{run.shown}` {message}",
        panels=[*panels_of(run), "approvals", "header"],
        data={"run": run.number, "state": new.value} | sealed(run, columns),
        seals=seals_of(of_ended_run(run, message=message, finished_at=now)) | dict(seals or {}),
    )
    tell_of_end(run, new, message)
    if run.lock_name:
        announce_waiting(run.lock_name)
    return True


def _ending(state: RunState) -> str:
    if state == RunState.UNKNOWN:
        return "has an unknown outcome"
    return "was " + state.label if state in (RunState.CANCELLED, RunState.REJECTED) else state.label
