"""Taking a newer revision of its runbook into a running incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.authority import name_of
from incidents.actions.declare import open_runbook
from incidents.actions.edit_parameters import cancel_planning
from incidents.actions.level_clocks import Move, told
from incidents.actions.moves import hold
from incidents.actions.reading import Reader
from incidents.actions.refit import Edition, refit
from incidents.actions.reread_clocks import fit_clocks, fit_components
from incidents.actions.reread_steps import fit_steps
from incidents.actions.spells import begin_spells
from incidents.actions.unfold import MOST_COMMANDS, is_too_long
from incidents.actions.voiding import void_stale
from incidents.models import Incident, Revision
from incidents.queries.parameters import REREAD
from incidents.queries.proof.seals import seals_of_incident
from incidents.redacting import all_values, split_secrets
from incidents.refusal import Refused
from incidents.states import IncidentState
from runbook.document import definition
from runbook.document.parameters import FROM_ENVIRONMENT, missing, validate

PANELS = [
    "outline",
    "parameters",
    "header",
    "people",
    "ladder",
    "updates",
    "components",
    "approvals",
    "incidents",
]


def reread(
    *, actor: User, incident_id: int, revision_id: int, values: Mapping[str, str] | None = None
) -> Incident:
    """Give an open incident the steps, commands, clocks and policies of a newer revision.

    Steps are known by their keys. Open ones get the new words, decided ones stay as they were
    decided; commands follow in both, edits by hand stand. A step that the revision has no more
    stays if anything happened there. Parameters keep their values; `values` are those of new ones.
    Approvals that named the old revision are void; runs keep their text.
    """
    with transaction.atomic():
        hold(pk=incident_id)
        incident = _open_incident(actor, incident_id)
        revision = newer_revision(incident, revision_id)
        before, after = open_runbook(incident.revision), open_runbook(revision)
        wanted = _values(incident, after, values or {})
        old = Edition.of(before, Reader.of(incident.environment, all_values(incident)))
        new = Edition.of(after, Reader.of(incident.environment, wanted))
        known = dict(incident.parameters)
        digest = incident.revision.digest
        _store(incident, revision, after, wanted)
        moves, seals = _fit(incident, after, old, new, actor=actor)
        _record(actor, incident, digest, known, moves, seals)
        message = f"{name_of(actor)} took in revision {revision.number} of the runbook."
        cancel_planning(incident, actor=actor, message=f"{message} Ask again.")
        void_stale(incident_id=incident.pk, actor=actor, reason=message)
    return incident


def newer_revision(incident: Incident, revision_id: int) -> Revision:
    """The revision, if the incident can take it in; else a refusal that says why not."""
    mine = incident.revision
    found = Revision.objects.select_related("runbook").filter(pk=revision_id).first()
    if found is None or found.runbook_id != mine.runbook_id:
        raise Refused("That is no revision of this incident's runbook.", status=404)
    if found.number <= mine.number:
        raise Refused(
            f"{incident.name} has revision {mine.number} already; revision {found.number} is not"
            " newer. Somebody may have taken it in just now: load the page again."
        )
    if is_too_long(open_runbook(found)):
        raise Refused(
            f"Revision {found.number} has more than {MOST_COMMANDS} commands. Split it first.",
            status=422,
        )
    return found


def new_parameters(
    incident: Incident, document: definition.Runbook
) -> tuple[definition.Parameter, ...]:
    """Those of the document that the incident has no value of yet."""
    fixed = incident.parameters.keys() | set(FROM_ENVIRONMENT)
    return tuple(p for p in document.parameters if p.name not in fixed)


def _open_incident(actor: User, incident_id: int) -> Incident:
    found = (
        Incident.objects.select_related("environment", "revision__runbook")
        .filter(pk=incident_id)
        .first()
    )
    if found is None:
        raise Refused("That incident does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=found).can_command,
        incident=found,
        what="take in another revision of the runbook",
        needed="commander",
    )
    return found


def _values(
    incident: Incident, document: definition.Runbook, given: Mapping[str, str]
) -> dict[str, str]:
    fresh = {p.name: given.get(p.name) or p.value for p in new_parameters(incident, document)}
    values = {name: value for name, value in fresh.items() if value} | all_values(incident)
    lacking = missing(document, values)
    if lacking:
        raise Refused(f"These parameters need a value: {', '.join(lacking)}.", status=422)
    for name in fresh:
        wrong = validate(name, values[name])
        if wrong:
            raise Refused(wrong, status=422)
    return values


def _store(
    incident: Incident,
    revision: Revision,
    document: definition.Runbook,
    values: Mapping[str, str],
) -> None:
    shown, secrets = split_secrets(values)
    moved = Incident.objects.filter(
        pk=incident.pk, state=IncidentState.OPEN, revision=incident.revision
    ).update(
        revision=revision,
        parameters=shown,
        secrets=secrets,
        roles=dict(document.roles),
        impact=document.impact,
        summary=document.summary,
        approval_policy={
            "changes": document.approval.changes,
            "destroys": document.approval.destroys,
        },
        approval_expires=document.approval.expires,
    )
    if not moved:
        raise Refused("Somebody changed this incident just now. Load the page again.")
    incident.refresh_from_db()


def _fit(
    incident: Incident, document: definition.Runbook, old: Edition, new: Edition, *, actor: User
) -> tuple[list[Move], dict[str, str]]:
    """The rows follow the document; what is due at another moment than before, and what the entry
    seals."""
    now = clock.now()
    gone = f"Not in revision {incident.revision.number} of the runbook any more."
    seals = fit_steps(incident, document, actor=actor, now=now, gone=gone)
    refit(list(incident.steps.all()), before=old, after=new, gone=gone)
    fit_components(incident, document)
    begin_spells(incident, document, at=now)
    return fit_clocks(incident, document, now), seals


def _record(
    actor: User,
    incident: Incident,
    digest: str,
    known: Mapping[str, str],
    moves: Sequence[Move],
    seals: Mapping[str, str],
) -> None:
    """Both digests, the parameters that are new, as people read them, and which clocks moved."""
    revision = incident.revision
    fresh = sorted(incident.parameters.keys() - known.keys())
    changes = [{"name": n, "before": None, "after": incident.parameters[n]} for n in fresh]
    news = "".join(f"; {c['name']} is {c['after']}" for c in changes)
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind=REREAD,
        text=f"took in revision {revision.number} of “{revision.runbook.title}”{news}{told(moves)}",
        panels=PANELS,
        data={
            "revision": revision.number,
            "digest": revision.digest,  # as where it was declared: the source that counts from here
            "before": digest,
            "after": revision.digest,
            "changes": changes,
            "moves": [move.data for move in moves],
        },
        seals={
            **seals,
            **seals_of_incident(
                parameters=incident.parameters, impact=incident.impact, summary=incident.summary
            ),
        },
    )
