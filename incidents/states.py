"""Every state of the domain and the legal moves between them. Imports nothing of ours.

A move is made by a conditional UPDATE that names the old state (see `incidents.actions`); these
tables say which moves exist, so a wrong one cannot be written by accident.
"""

from __future__ import annotations

from django.db.models import TextChoices


class IncidentState(TextChoices):
    OPEN = "open"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


class PhaseState(TextChoices):
    PENDING = "pending"
    ACTIVE = "active"
    COMPLETED = "completed"


class StepState(TextChoices):
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


class StepKind(TextChoices):
    TASK = "task"
    COMMAND = "command"
    DECISION = "decision"


class EffectChoice(TextChoices):
    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


class RunState(TextChoices):
    PLANNING = "planning", "planning"
    WAITING = "waiting", "waiting for approval"
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    SUCCEEDED = "succeeded", "succeeded"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"
    REJECTED = "rejected", "rejected"
    EXPIRED = "expired", "expired"
    VOID = "void", "void"
    UNKNOWN = "unknown", "unknown"


class ApprovalState(TextChoices):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class TimerState(TextChoices):
    PENDING = "pending"
    PAUSED = "paused"
    FIRED = "fired"
    CANCELLED = "cancelled"


class TimerKind(TextChoices):
    """`REPEAT` tells people again of a level that nobody has acknowledged, `UNACKNOWLEDGED` fires
    the next level because nobody did. The last two go on when the incident is closed."""

    ESCALATION = "escalation"
    UPDATE = "update due"
    REPEAT = "repeat"
    UNACKNOWLEDGED = "unacknowledged"
    PHASE = "phase overrun"
    REPORT = "report due"
    FOLLOW_UP = "follow-up due"


class LevelOrigin(TextChoices):
    """What a level's `after` counts from."""

    INCIDENT = "incident"
    PHASE = "phase"
    UPDATE = "update"
    LEVEL = "level"


class LevelState(TextChoices):
    PENDING = "pending"
    FIRED = "fired"
    ACKNOWLEDGED = "acknowledged"
    CANCELLED = "cancelled"


class ChannelKind(TextChoices):
    """How people are told. `SERVICE` is one of the services that Apprise speaks."""

    EMAIL = "email", "e-mail"
    WEBHOOK = "webhook"
    SERVICE = "service"


class NotificationState(TextChoices):
    """A notification is stored before anything is sent. `DEAD` was tried as often as it may be;
    `CANCELLED` was not needed any more, as somebody had acknowledged."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


class HandoffState(TextChoices):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class HandoffSide(TextChoices):
    """What a line of a handoff's checklist is: asked of who takes over, or what a side stands by
    for."""

    ASKED = "asked"
    GIVER_STANDBY = "giver stands by", "giver stands by"
    TAKER_STANDBY = "taker stands by", "taker stands by"


class PublicStage(TextChoices):
    """Where an incident stands in the words of a status page."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class MaintenanceState(TextChoices):
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in progress", "in progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SubscriberKind(TextChoices):
    EMAIL = "email", "e-mail"
    WEBHOOK = "webhook"


class FollowUpState(TextChoices):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ReportSection(TextChoices):
    """What people write in a report, in the order in which it is read."""

    SUMMARY = "summary", "Summary"
    IMPACT = "impact", "Impact"
    CAUSES = "causes", "What caused it"
    WELL = "well", "What went well"
    BADLY = "badly", "What went badly"
    LESSONS = "lessons", "What we learned"


class Role(TextChoices):
    VIEWER = "viewer"
    RESPONDER = "responder"
    COMMANDER = "commander"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Verdict(TextChoices):
    APPROVED = "approved"
    REJECTED = "rejected"


class HandoverState(TextChoices):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CredentialsKind(TextChoices):
    """How workers prove to Google who they are: by reference, never by a key of ours."""

    APPLICATION_DEFAULT = "application default", "application default"
    IMPERSONATED = "impersonated"
    WORKLOAD_IDENTITY = "workload identity", "workload identity"


class Scope(TextChoices):
    """What an API token may do, at most what its person may."""

    READ = "read"
    WORK = "work"
    APPROVE = "approve"


class Severity(TextChoices):
    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class ComponentState(TextChoices):
    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    OFFLINE = "offline"


class Audience(TextChoices):
    LEADERSHIP = "leadership"
    ENGINEERING = "engineering"
    BUSINESS = "business"
    PUBLIC = "public"
    SYNC_MEETING = "sync meeting", "sync meeting"


RUN_MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.PLANNING: frozenset(
        {RunState.WAITING, RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED}
    ),
    RunState.WAITING: frozenset(
        {RunState.QUEUED, RunState.REJECTED, RunState.EXPIRED, RunState.VOID, RunState.CANCELLED}
    ),
    RunState.QUEUED: frozenset(
        {RunState.RUNNING, RunState.CANCELLED, RunState.EXPIRED, RunState.VOID}
    ),
    RunState.RUNNING: frozenset(
        {
            RunState.SUCCEEDED,
            RunState.FAILED,
            RunState.CANCELLED,
            RunState.UNKNOWN,
            RunState.QUEUED,
            RunState.VOID,
        }
    ),
    RunState.UNKNOWN: frozenset({RunState.SUCCEEDED, RunState.FAILED}),
    RunState.SUCCEEDED: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.CANCELLED: frozenset(),
    RunState.REJECTED: frozenset(),
    RunState.EXPIRED: frozenset(),
    RunState.VOID: frozenset(),
}

LIVE_RUN_STATES = frozenset(
    {RunState.PLANNING, RunState.WAITING, RunState.QUEUED, RunState.RUNNING}
)
"""States in which a run still holds its command: no second run of it may start."""

ENDED_RUN_STATES = frozenset(state for state, moves in RUN_MOVES.items() if not moves)


class IllegalMove(ValueError):
    """A move that `RUN_MOVES` does not list: a fault in our code, never a person's."""


def check_run_move(old: RunState, new: RunState) -> None:
    if new not in RUN_MOVES[old]:
        raise IllegalMove(f"a run cannot go from {old} to {new}")
