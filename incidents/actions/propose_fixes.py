"""Opening what would mend an infrastructure as an incident whose changes wait for approval.

Nothing is changed here: each change is planned by a worker and needs its quorum, as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from incidents import live, timeline
from incidents.actions.alert_words import facts_of_alerts, named_shortly
from incidents.actions.declare import declare
from incidents.actions.execute import request_run
from incidents.actions.generated import generated_revision
from incidents.health_states import AlertKind, AlertState
from incidents.models import Alert, Environment, Incident, StepCommand
from incidents.queries.mending import PROPOSED, open_mending, slug_of_fixes
from incidents.refusal import Refused
from incidents.states import EffectChoice
from runbook.health.fixes import changes_in, runbook_for, severity_for, waits_in
from runbook.health.report import Report


@dataclass(frozen=True, slots=True)
class Proposal:
    """`asked` changes of the incident are planned and wait; `refused` says why others do not."""

    incident: Incident
    asked: int
    refused: str = ""


def propose(*, actor: User, environment: Environment, report: Report) -> Proposal:
    """Refuses, saving nothing, when nothing of the report can be mended by a command. In a closed
    environment the incident is open, and its changes are asked for later, by hand. The same changes
    are in one open incident: who proposes them again, by a later check too, is led to it."""
    lines = changes_in(report)
    if not lines:
        raise Refused(
            "No command that can be run from here would mend what was found. Declare an incident"
            " and repair it by hand.",
            status=422,
        )
    title = f"Mend {environment}: what the check found"
    with transaction.atomic():
        revision = generated_revision(
            actor=actor,
            environment=environment,
            slug=slug_of_fixes(environment),
            markdown=runbook_for(report, title),
        )
        first = _open_with(lines, environment)
        if first is not None:
            found = Proposal(first, 0, _already(first))
            transaction.set_rollback(True)  # a revision that nobody would use
            return found
        incident = declare(
            actor=actor,
            revision=revision,
            environment=environment,
            severity=severity_for(report),
            title=title,
            parameters={},
        )
        _note_what_it_mends(actor, incident, report)
        _take_in_alerts(actor, incident)
    return _asked(actor, incident, report)


def _open_with(lines: Sequence[str], environment: Environment) -> Incident | None:
    for one in open_mending(environment):
        held = StepCommand.objects.filter(step__incident=one).values_list("text", flat=True)
        if set(held).issuperset(lines):
            return one
    return None


def _already(first: Incident) -> str:
    who = first.commander.get_full_name() or first.commander.get_username()
    return f"{who} opened these changes at {first.started_at:%H:%M} UTC."


def _note_what_it_mends(actor: User, incident: Incident, report: Report) -> None:
    """Alerts that begin later are held against it (`queries.mending`)."""
    failed = [one for one in report.findings() if one.verdict == "failed"]
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind=PROPOSED,
        text=f"proposed what would mend this{_found_at(report)}: {report.counted}",
        panels=[],
        data={"mends": [[one.resource, one.expectation] for one in failed]},
    )


def _take_in_alerts(actor: User, incident: Incident) -> None:
    """What the monitor says fires there belongs to the incident that is to mend it: its room shows
    it, and says when it recovers. What a rule declares incidents of is left to the rule."""
    firing = Alert.objects.filter(
        kind=AlertKind.MONITOR,
        environment=incident.environment,
        state=AlertState.FIRING,
        incident=None,
    )
    own = firing.filter(Q(rule=None) | Q(rule__declares=False)).values_list("pk", flat=True)
    firing.filter(pk__in=list(own)).update(incident=incident)
    alerts = list(Alert.objects.filter(incident=incident).order_by("severity", "pk"))
    if alerts:
        timeline.record(
            incident_id=incident.pk,
            actor=actor,
            kind="alert.joined",
            text=f"took in what fires: {named_shortly(alerts)}",
            panels=["health", "header"],
            data={"alerts": facts_of_alerts(alerts)},
        )
        live.health_changed(incident.environment_id)


def _found_at(report: Report) -> str:
    at = parse_datetime(report.at)
    return f" (found at {at:%H:%M} UTC)" if at else ""


def _asked(actor: User, incident: Incident, report: Report) -> Proposal:
    effects = (EffectChoice.CHANGES, EffectChoice.DESTROYS)
    own = StepCommand.objects.filter(step__incident=incident, effect__in=effects)
    changes = own.select_related("step").order_by(
        "step__phase__position", "step__position", "position"
    )
    waits, asked = waits_in(report), 0
    for command in changes:
        wait = f". {waits[command.text]}" if command.text in waits else ""
        reason = f"{command.step.title}{_found_at(report)}{wait}"
        try:
            request_run(actor=actor, command_id=command.pk, reason=reason)
        except Refused as refused:
            return Proposal(incident, asked, str(refused))
        asked += 1
    return Proposal(incident, asked)
