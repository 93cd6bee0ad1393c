"""Changes that were made, taken back, left, or wait in line, for pages to show in INC-1."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import clock
from incidents.models import Incident, Plan, Run, StepCommand
from incidents.states import RunState
from tests import factories

PATCH = "gcloud sql instances patch netra-staging-db --project=netra-staging"
UNDO = f"{PATCH} --clear-database-flags\n{PATCH} --database-flags=max_connections=50"


def furnish(incident: Incident, commander: User, engineer: User) -> None:
    """The unknown run gets a plan; of the commands of the steps after it, each shows one stage."""
    unknown = incident.runs.get(state=RunState.UNKNOWN)
    _plan(unknown, undo=UNDO)
    free = StepCommand.objects.filter(
        step__incident=incident, effect="changes", runs=None, step__phase=unknown.command.step.phase
    ).order_by("step__position", "position")
    made, undone, left, waits, new = free[2:7]
    now = clock.now()
    _made(made, commander)
    first = _made(undone, commander)
    again = _run(
        undone, engineer, RunState.SUCCEEDED, undoes=first, undo_part=1, reason="It got worse."
    )
    Run.objects.filter(pk=again.pk).update(text=UNDO.splitlines()[0], finished_at=now)
    _plan(_run(left, engineer, RunState.UNKNOWN, left_at=now, left_by=engineer, probed_at=now))
    _plan(_run(waits, commander, RunState.QUEUED, waits_for=unknown))
    _made(new, engineer, why_no_undo="Connectors only scale up.", undo="")


def _made(command: StepCommand, person: User, **columns: str) -> Run:
    run = _run(command, person, RunState.SUCCEEDED, finished_at=clock.now(), lock_name="x y")
    _plan(run, **{"undo": UNDO, **columns})
    return run


def _run(command: StepCommand, person: User, state: RunState, **columns: object) -> Run:
    return factories.make_run(command, person, state, message="It was told so.", **columns)


def _plan(run: Run, **columns: str) -> None:
    Plan.objects.create(
        run=run,
        resource=run.resource,
        changes=[{"path": "settings.databaseFlags", "before": None, "after": "8192"}],
        digest="0" * 64,
        created_at=clock.now(),
        **columns,
    )
