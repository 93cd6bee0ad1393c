"""An incident with everything that can be proven, and hands that change rows past all triggers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, ledger, timeline
from incidents.actions.moves import end_run, hold
from incidents.models import Approval, Incident, OutputChunk, Plan
from incidents.plan_digest import PLAN_FIELDS, digest_of
from incidents.states import ApprovalState, RunState
from tests import factories

LINES = ["the first line", "", "a third, \N{SNOWMAN} and <b>", "last"]


def record(incident: Incident, actor: User | None, kind: str, text: str, **data: Any) -> None:
    with transaction.atomic():
        hold(pk=incident.pk)
        timeline.record(
            incident_id=incident.pk, actor=actor, kind=kind, text=text, panels=[], data=data
        )


@pytest.fixture
def proven(incident: Incident, commander: User, engineer: User) -> Incident:
    """INC-n: declared, a diagnostic with output, a change approved, done and a step ticked.

    Entries: 1 declared, 2 ticked, 3 read ended, 4 asked, 5 approved, 6 change ended, 7 and 8 ticks.
    """
    digest = incident.revision.digest
    record(
        incident, commander, "incident.declared", "declared it", digest=digest, revision=1, n=1.5
    )
    record(incident, commander, "step.ticked", "ticked “Say who commands”", before=0, after=1)
    phase = factories.make_phase(incident)
    _read(incident, commander, factories.make_command(factories.make_step(phase)))
    change = factories.make_command(
        factories.make_step(phase), text=factories.UPDATE, effect="changes"
    )
    _change(incident, commander, engineer, factories.make_waiting_approval(change, commander))
    record(incident, None, "level.fired", "level 1 is due")
    record(incident, engineer, "step.ticked", "ticked the last")
    incident.refresh_from_db()
    return incident


def _read(incident: Incident, commander: User, command: Any) -> None:
    run = factories.make_run(command, commander, RunState.RUNNING, started_at=clock.now())
    for first, lines in ((1, LINES[:2]), (3, LINES[2:])):
        OutputChunk.objects.create(
            run=run,
            first=first,
            last=first + len(lines) - 1,
            text="\n".join(lines),
            at=clock.now(),
        )
    with transaction.atomic():
        end_run(
            run,
            old=RunState.RUNNING,
            new=RunState.SUCCEEDED,
            actor=None,
            message="Read.",
            result={"state": "READY", "cpu": 1e16},
            checks=[{"expression": "a", "level": "expect", "passed": True}],
            last_line=len(LINES),
        )


def _change(incident: Incident, commander: User, engineer: User, asked: Approval) -> None:
    run, plan = asked.run, Plan.objects.get(run=asked.run)
    asked.named = {"command": run.shown, "parameters": {}, "environment": "staging"}
    digest = digest_of(asked.named, {name: getattr(plan, name) for name in PLAN_FIELDS})
    asked.digest = plan.digest = digest
    plan.save()
    told = {"requirements": [], "evidence": ledger.digest_of_json(asked.evidence)}
    record(incident, commander, "approval.asked", "asks", run=run.number, digest=digest, **told)
    asked.state, asked.decided_by = ApprovalState.APPROVED, engineer
    asked.save()
    asked.decisions.create(
        person=engineer, verdict="approved", digest=digest, at=clock.now(), words="go"
    )
    record(
        incident,
        engineer,
        "approval.approved",
        "approved",
        run=run.number,
        digest=digest,
        verdict="approved",
    )
    type(run).objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    with transaction.atomic():
        end_run(run, old=RunState.RUNNING, new=RunState.SUCCEEDED, actor=None, message="Done.")
