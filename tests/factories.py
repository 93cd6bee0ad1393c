"""Rows for tests, made directly: each function saves one thing and what it cannot do without."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.forms.models import model_to_dict

from incidents import clock
from incidents.actions.named import named_of
from incidents.models import (
    Approval,
    Channel,
    Environment,
    EscalationLevel,
    Incident,
    Membership,
    Notification,
    Phase,
    Plan,
    Revision,
    Run,
    Runbook,
    Step,
    StepCommand,
    Timer,
)
from incidents.plan_digest import digest_of
from incidents.states import NotificationState, PhaseState, Role, RunState, TimerKind

_numbers = itertools.count(1)

DESCRIBE = (
    "gcloud compute networks vpc-access connectors describe staging-connector"
    " --region=us-central1 --project=netra-staging"
)
UPDATE = (
    "gcloud compute networks vpc-access connectors update staging-connector"
    " --region=us-central1 --min-instances=3 --max-instances=10 --project=netra-staging"
)
CONNECTOR = "projects/netra-staging/locations/us-central1/connectors/staging-connector"


def make_environment(name: str = "staging", endpoint: str = "http://127.0.0.1:9") -> Environment:
    environment, _ = Environment.objects.get_or_create(
        name=name,
        defaults={"project": "netra-staging", "region": "us-central1", "endpoint": endpoint},
    )
    return environment


def make_person(username: str, *roles: Role, environment: Environment | None = None) -> User:
    """A person with these roles in the environment (`staging` unless said)."""
    person = User.objects.create_user(username, password="pass-word-1234")
    for role in roles:
        Membership.objects.create(
            person=person, environment=environment or make_environment(), role=role
        )
    return person


def make_revision(source: bytes = b"# Nothing\n", slug: str = "a-runbook") -> Revision:
    runbook, _ = Runbook.objects.get_or_create(slug=slug, defaults={"title": "A runbook"})
    return Revision.objects.create(
        runbook=runbook,
        number=runbook.revisions.count() + 1,
        source=source,
        digest=hashlib.sha256(source).hexdigest(),
        created_at=clock.now(),
    )


def make_incident(commander: User | None = None, **columns: Any) -> Incident:
    number = next(_numbers)
    return Incident.objects.create(
        **{
            "number": number,
            "title": "Staging cannot reach its database",
            "severity": "P0",
            "environment": make_environment(),
            "revision": columns.pop("revision", None) or make_revision(),
            "commander": commander or make_person(f"commander-{number}", Role.COMMANDER),
            "started_at": clock.now(),
            **columns,
        }
    )


def make_phase(incident: Incident, **columns: Any) -> Phase:
    position = incident.phases.count() + 1
    return Phase.objects.create(
        **{
            "incident": incident,
            "position": position,
            "title": f"Phase {position}",
            "state": PhaseState.ACTIVE if position == 1 else PhaseState.PENDING,
            **columns,
        }
    )


def make_step(phase: Phase, **columns: Any) -> Step:
    position = phase.incident.steps.count() + 1
    return Step.objects.create(
        **{
            "incident": phase.incident,
            "phase": phase,
            "position": position,
            "key": f"step-{position}",
            "kind": "task",
            "title": f"Step {position}",
            **columns,
        }
    )


def make_command(
    step: Step, text: str = DESCRIBE, effect: str = "reads", **columns: Any
) -> StepCommand:
    return StepCommand.objects.create(
        **{
            "step": step,
            "position": step.commands.count() + 1,
            "text": text,
            "effect": effect,
            "resource": CONNECTOR,
            **columns,
        }
    )


def make_run(command: StepCommand, requested_by: User, state: RunState, **columns: Any) -> Run:
    incident = command.step.incident
    now = clock.now()
    Incident.objects.filter(pk=incident.pk).update(run_count=F("run_count") + 1)
    return Run.objects.create(
        **{
            "incident": incident,
            "command": command,
            "number": Incident.objects.get(pk=incident.pk).run_count,
            "text": command.text,
            "effect": command.effect,
            "resource": command.resource,
            "state": state,
            "requested_by": requested_by,
            "requested_at": now,
            "queued_at": now,
            "request_id": uuid.uuid4(),
            **columns,
        }
    )


def make_waiting_approval(
    command: StepCommand, requested_by: User, *, run: dict[str, Any] | None = None, **columns: Any
) -> Approval:
    """A planned change that waits for its decision; `run` are columns of its run."""
    asked = make_run(command, requested_by, RunState.WAITING, **(run or {}))
    now = clock.now()
    plan = Plan.objects.create(
        run=asked,
        resource=asked.resource,
        before={"minInstances": 1, "maxInstances": 3},
        after={"minInstances": 3, "maxInstances": 10},
        changes=[
            {"path": "minInstances", "before": 1, "after": 3},
            {"path": "maxInstances", "before": 3, "after": 10},
        ],
        fingerprint="f1",
        why_no_undo="Connectors only scale up.",
        identity="simulator",
        digest="",
        created_at=now,
    )
    named = named_of(asked, identity="simulator")
    plan.digest = digest_of(named, model_to_dict(plan))
    plan.save()
    return Approval.objects.create(
        **{
            "run": asked,
            "digest": plan.digest,
            "named": named,
            "requirements": named["requirements"],
            "is_emergency": bool(asked.emergency_reason),
            "asked_at": now,
            "expires_at": now + timedelta(minutes=30),
            **columns,
        }
    )


def make_level(incident: Incident, after: int, due_at: datetime | None = None) -> EscalationLevel:
    """An escalation level with its pending timer."""
    position = incident.levels.count() + 1
    level = EscalationLevel.objects.create(
        incident=incident,
        position=position,
        after=after,
        to=["infrastructure-lead"],
        then=["open a support case"],
    )
    Timer.objects.create(
        incident=incident,
        kind=TimerKind.ESCALATION,
        key=str(position),
        due_at=due_at or incident.started_at + timedelta(seconds=after),
    )
    return level


def make_channel(**columns: Any) -> Channel:
    """A person's or a group's way to be told, by e-mail unless said."""
    return Channel.objects.create(
        **{
            "name": "Work mail",
            "kind": "email",
            "sealed_address": "sealed",
            "shown": "e…@example.org",
            "created_at": clock.now(),
            **columns,
        }
    )


def make_notification(**columns: Any) -> Notification:
    """A notice in the page of `person` unless another column says where it goes."""
    now = clock.now()
    return Notification.objects.create(
        **{
            "key": uuid.uuid4().hex,
            "kind": "escalation",
            "subject": "Level 2 fired",
            "body": "Nobody has acknowledged.",
            "state": NotificationState.SENT,
            "due_at": now,
            "created_at": now,
            **columns,
        }
    )
