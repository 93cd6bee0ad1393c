"""Every row of the application, gathered where Django looks for models."""

from incidents.models.approval import Approval, Decision, Plan
from incidents.models.audit import AdministrationEntry, LedgerHead, TimelineEntry
from incidents.models.escalation import EscalationLevel, Timer
from incidents.models.execution import OutputChunk, Run
from incidents.models.handover import Handover
from incidents.models.incident import Component, Incident, Phase, Step, StepCommand
from incidents.models.library import Revision, Runbook
from incidents.models.people import Environment, Membership
from incidents.models.programs import ListedProgram
from incidents.models.status import Heartbeat, Update
from incidents.models.tokens import ApiToken
from incidents.models.windows import ChangeWindow, Freeze

__all__ = [
    "AdministrationEntry",
    "ApiToken",
    "Approval",
    "ChangeWindow",
    "Component",
    "Decision",
    "Environment",
    "EscalationLevel",
    "Freeze",
    "Handover",
    "Heartbeat",
    "Incident",
    "LedgerHead",
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
