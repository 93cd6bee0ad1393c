"""Every row of the application, gathered where Django looks for models."""

from incidents.models.alerts import Alert, AlertMessage, AlertRule, AlertSource
from incidents.models.approval import Approval, Decision, Plan
from incidents.models.audit import AdministrationEntry, LedgerHead, TimelineEntry
from incidents.models.escalation import EscalationLevel, Timer
from incidents.models.execution import OutputChunk, Run
from incidents.models.handoff import Handoff, HandoffItem
from incidents.models.handover import Handover
from incidents.models.health import (
    HealthCheck,
    Measurement,
    Monitor,
    ThresholdWatch,
    Validation,
)
from incidents.models.incident import Component, Incident, Phase, Step, StepCommand
from incidents.models.library import Revision, Runbook
from incidents.models.notification import (
    Channel,
    Notification,
    NotificationRule,
    QuietHours,
    Rota,
    RotaMember,
    RotaOverride,
)
from incidents.models.people import Environment, Membership
from incidents.models.programs import ListedProgram
from incidents.models.report import FollowUp, ReportRevision
from incidents.models.status import Heartbeat, Update
from incidents.models.status_page import (
    ComponentSpell,
    Maintenance,
    MaintenanceUpdate,
    ServiceComponent,
    Subscriber,
)
from incidents.models.tokens import ApiToken
from incidents.models.windows import ChangeWindow, Freeze

__all__ = [
    "AdministrationEntry",
    "Alert",
    "AlertMessage",
    "AlertRule",
    "AlertSource",
    "ApiToken",
    "Approval",
    "ChangeWindow",
    "Channel",
    "Component",
    "ComponentSpell",
    "Decision",
    "Environment",
    "EscalationLevel",
    "FollowUp",
    "Freeze",
    "Handoff",
    "HandoffItem",
    "Handover",
    "HealthCheck",
    "Heartbeat",
    "Incident",
    "LedgerHead",
    "ListedProgram",
    "Maintenance",
    "MaintenanceUpdate",
    "Measurement",
    "Membership",
    "Monitor",
    "Notification",
    "NotificationRule",
    "OutputChunk",
    "Phase",
    "Plan",
    "QuietHours",
    "ReportRevision",
    "Revision",
    "Rota",
    "RotaMember",
    "RotaOverride",
    "Run",
    "Runbook",
    "ServiceComponent",
    "Step",
    "StepCommand",
    "Subscriber",
    "ThresholdWatch",
    "TimelineEntry",
    "Timer",
    "Update",
    "Validation",
]
