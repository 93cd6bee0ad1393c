"""Giving an incident's parameters other values: every command that names them is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from incidents import permissions, timeline
from incidents.actions.authority import name_of
from incidents.actions.declare import open_runbook
from incidents.actions.moves import end_run, hold
from incidents.actions.reading import Reader
from incidents.actions.refit import Edition, refit
from incidents.actions.voiding import void_stale
from incidents.models import Incident, Step, StepCommand
from incidents.queries.parameters import EDITED, settings_of
from incidents.queries.proof.seals import seals_of_incident
from incidents.redacting import all_values, split_secrets
from incidents.refusal import Refused
from incidents.states import IncidentState, RunState
from runbook.document import definition
from runbook.document.parameters import FROM_ENVIRONMENT, names_in, validate

GONE = "With the parameters as they are now, the runbook has no such command here."
PANELS = ["parameters", "phases", "header", "approvals"]
NOT_SET = "nothing"


def edit_parameters(
    *, actor: User, incident_id: int, values: Mapping[str, str], seen: int | None = None
) -> Incident:
    """Set the given parameters; names that are not given stay as they are.

    Commands follow, those edited by hand with the parameters that their edit names. Runs keep the
    text that they have: what is being planned from another text is cancelled, approvals that named
    the old values are void. `seen` is what the person looked at (`queries.parameters`): whoever
    looked at older values than those that stand is told who was first.
    """
    with transaction.atomic():
        hold(pk=incident_id)
        incident = _open_incident(actor, incident_id)
        _require_current(incident, seen)
        document = open_runbook(incident.revision)
        stood = all_values(incident)
        wanted = stood | _changed(document, stood, values)
        names = [name for name in wanted if wanted[name] != stood.get(name)]
        shown = dict(incident.parameters)
        store_values(incident, wanted)
        changed = _refit(incident, document, names, before=stood)
        _record(actor, incident, names, shown=shown, commands=len(changed))
        cancel_planning(incident, actor=actor, message=f"The {_listed(names)} changed. Ask again.")
        reason = f"{name_of(actor)} changed the {_listed(names)}."
        void_stale(incident_id=incident.pk, actor=actor, reason=reason)
    return incident


def store_values(incident: Incident, values: Mapping[str, str]) -> None:
    """Write the values of an open incident. Call inside a transaction that holds it."""
    shown, secrets = split_secrets(values)
    moved = Incident.objects.filter(pk=incident.pk, state=IncidentState.OPEN).update(
        parameters=shown, secrets=secrets
    )
    if not moved:
        raise Refused(f"{incident.name} was closed a moment ago.")
    incident.parameters, incident.secrets = shown, secrets


def cancel_planning(incident: Incident, *, actor: User, message: str) -> None:
    """End the planning of changes whose command reads otherwise by now; nothing was sent."""
    planning = incident.runs.filter(state=RunState.PLANNING, undoes=None)
    for run in planning.select_related("command__step"):
        if run.text != run.command.text or not run.command.is_runnable:
            end_run(
                run, old=RunState.PLANNING, new=RunState.CANCELLED, actor=actor, message=message
            )


def mentions(step: definition.Step, names: Sequence[str]) -> bool:
    texts = [part for c in step.commands for part in (c.text, *(k.expression for k in c.checks))]
    return not set(names).isdisjoint(names_in("\n".join(texts)))


def _open_incident(actor: User, incident_id: int) -> Incident:
    found = (
        Incident.objects.select_related("environment", "revision__runbook")
        .filter(pk=incident_id)
        .first()
    )
    if found is None:
        raise Refused("That incident does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=found).can_request,
        incident=found,
        what="change parameters",
        needed="responder",
    )
    return found


def _require_current(incident: Incident, seen: int | None) -> None:
    if seen is None:
        return
    for newer in settings_of(incident):
        if newer.number > seen and newer.actor:
            raise Refused(
                f"{name_of(newer.actor)} changed the parameters at {newer.at:%H:%M:%S} UTC,"
                " before you did. Look at them again, then change what is left."
            )


def _changed(
    document: definition.Runbook, stood: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, str]:
    known = stood.keys() | {parameter.name for parameter in document.parameters}
    for name, value in values.items():
        if name in FROM_ENVIRONMENT:
            raise Refused(f"{name} is the environment's and cannot be changed here.", status=422)
        wrong = validate(name, value) if name in known else f"There is no parameter {name} here."
        if wrong:
            raise Refused(wrong, status=422)
    changed = {name: value for name, value in values.items() if value != stood.get(name)}
    if not changed:
        raise Refused("These are the values that stand already; nothing was changed.", status=422)
    return changed


def _refit(
    incident: Incident,
    document: definition.Runbook,
    names: Sequence[str],
    *,
    before: Mapping[str, str],
) -> list[StepCommand]:
    """Only steps whose commands name what changed are read again: each costs a moment."""
    old = Edition.of(document, Reader.of(incident.environment, before))
    new = Edition.of(document, Reader.of(incident.environment, all_values(incident)))
    edited = StepCommand.objects.filter(step__incident=incident).exclude(edited="")
    own = set(edited.values_list("step__key", flat=True))
    keys = [key for key, step in new.steps.items() if key in own or mentions(step, names)]
    steps = list(Step.objects.filter(incident=incident, key__in=keys))
    return refit(steps, before=old, after=new, gone=GONE)


def _record(
    actor: User,
    incident: Incident,
    names: Sequence[str],
    *,
    shown: Mapping[str, str],
    commands: int,
) -> None:
    """`shown` are the old values as people read them."""
    changes = [
        {"name": name, "before": shown.get(name), "after": incident.parameters[name]}
        for name in names
    ]
    words = [f"{c['name']} to {c['after']}, was {c['before'] or NOT_SET}" for c in changes]
    several = "command follows" if commands == 1 else "commands follow"
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind=EDITED,
        text=f"set {'; '.join(words)} ({commands} {several})",
        panels=PANELS,
        data={"changes": changes, "commands": commands},
        seals=seals_of_incident(parameters=incident.parameters),
    )


def _listed(names: Sequence[str]) -> str:
    return f"parameter{'s' if len(names) > 1 else ''} {', '.join(names)}"
