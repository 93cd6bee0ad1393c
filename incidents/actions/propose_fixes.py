"""Opening what would mend an infrastructure as an incident whose changes wait for approval.

Nothing is changed here: each change is planned by a worker and needs its quorum, as any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.text import slugify

from incidents.actions.execute import request_run
from incidents.actions.generated import declare_generated
from incidents.models import Environment, Incident, StepCommand
from incidents.refusal import Refused
from incidents.states import EffectChoice
from runbook.health.fixes import changes_in, runbook_for, severity_for
from runbook.health.report import Report


@dataclass(frozen=True, slots=True)
class Proposal:
    """`asked` changes of the incident are planned and wait; `refused` says why others do not."""

    incident: Incident
    asked: int
    refused: str = ""


def propose(*, actor: User, environment: Environment, report: Report) -> Proposal:
    """Refuses, saving nothing, when nothing of the report can be mended by a command. In a closed
    environment the incident is open, and its changes are asked for later, by hand."""
    count = len(changes_in(report))
    if not count:
        raise Refused(
            "No command that can be run from here would mend what was found. Declare an incident"
            " and repair it by hand.",
            status=422,
        )
    title = f"Mend {environment}: what the check found"
    incident = declare_generated(
        actor=actor,
        environment=environment,
        slug=f"fix-{slugify(environment.name)}"[:80],
        markdown=runbook_for(report, title),
        severity=severity_for(report),
        title=title,
    )
    return _asked(actor, incident)


def _asked(actor: User, incident: Incident) -> Proposal:
    effects = (EffectChoice.CHANGES, EffectChoice.DESTROYS)
    changes = (
        StepCommand.objects.filter(step__incident=incident, effect__in=effects)
        .select_related("step")
        .order_by("step__phase__position", "step__position", "position")
    )
    asked = 0
    for command in changes:
        try:
            request_run(actor=actor, command_id=command.pk, reason=command.step.title)
        except Refused as refused:
            return Proposal(incident, asked, str(refused))
        asked += 1
    return Proposal(incident, asked)
