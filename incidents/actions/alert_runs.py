"""Runs that a rule about alerts asks for in the incident that it has just declared."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import timeline
from incidents.actions.alert_rule_terms import DIAGNOSTICS
from incidents.actions.execute import request_phase_diagnostics, request_run
from incidents.models import AlertRule, Incident, StepCommand
from incidents.refusal import Refused


def ask_for_runs(incident: Incident, rule: AlertRule, actor: User) -> None:
    """Reads start, changes are planned and wait for approval, as if a person had pressed. What is
    refused stands on the timeline and keeps nothing else from running."""
    for key in rule.runs:
        try:
            _ask_for(incident, rule, actor, str(key))
        except Refused as refused:
            timeline.record(
                incident_id=incident.pk,
                actor=actor,
                kind="alert.run_refused",
                text=f"the alert rule “{rule.name}” could not run “{key}”: {refused.sentence}",
                panels=[],
                data={"rule": rule.name, "step": str(key)},
            )


def _ask_for(incident: Incident, rule: AlertRule, actor: User, key: str) -> None:
    if key == DIAGNOSTICS:
        first = incident.phases.order_by("position").first()
        if first is None:
            raise Refused("The runbook has no phases.")
        request_phase_diagnostics(actor=actor, phase_id=first.pk)
        return
    runnable = StepCommand.objects.filter(step__incident=incident, step__key=key)
    commands = runnable.exclude(effect="").order_by("step__position", "position")
    if not commands:
        raise Refused(f"The runbook has no step “{key}” with a command that runs here.")
    reason = f"Asked for by the alert rule “{rule.name}”."
    for command in commands:
        request_run(actor=actor, command_id=command.pk, reason=reason, rule=rule)
