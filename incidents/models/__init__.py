"""Every row of the application, gathered where Django looks for models."""

from incidents.models.approval import Approval, Plan
from incidents.models.audit import TimelineEntry
from incidents.models.escalation import EscalationLevel, Timer
from incidents.models.execution import OutputChunk, Run
from incidents.models.incident import Component, Incident, Phase, Step, StepCommand
from incidents.models.library import Revision, Runbook
from incidents.models.people import Environment, Membership
from incidents.models.programs import ListedProgram
from incidents.models.status import Heartbeat, Update

__all__ = [
    "Approval",
    "Component",
    "Environment",
    "EscalationLevel",
    "Heartbeat",
    "Incident",
    "ListedProgram",
    "Membership",
    "OutputChunk",
    "Phase",
    "Plan",
    "Revision",
    "Run",
    "Runbook",
    "Step",
    "StepCommand",
    "TimelineEntry",
    "Timer",
    "Update",
]
