"""Ways around the second person: rows written past us, and edits that hide who wrote what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.forms.models import model_to_dict

from incidents import clock
from incidents.actions import approve
from incidents.actions.authority import objection
from incidents.actions.edit_command import edit_command, reset_command
from incidents.models import Approval, Freeze, Incident, Plan, Run, Step, StepCommand
from incidents.plan_digest import digest_of
from incidents.refusal import Refused
from incidents.states import ApprovalState, RunState
from tests import factories

OTHER = factories.UPDATE.replace("--min-instances=3", "--min-instances=4")


@pytest.fixture
def step(incident: Incident) -> Step:
    return factories.make_step(factories.make_phase(incident), kind="command")


@pytest.fixture
def command(step: Step) -> StepCommand:
    return factories.make_command(step, factories.UPDATE, "changes")


@pytest.fixture
def approval(command: StepCommand, commander: User) -> Approval:
    return factories.make_waiting_approval(command, commander)


def _yes(person: User, approval: Approval) -> None:
    approve.approve(actor=person, approval_id=approval.pk, digest=approval.digest)


def _why_not_started() -> str:
    found = objection(
        Run.objects.select_related("incident__environment", "command__step").get(), clock.now()
    )
    return found.sentence if found else ""


def _write_into_queue(**columns: object) -> None:
    Approval.objects.update(state=ApprovalState.APPROVED, decided_at=clock.now(), **columns)
    Run.objects.update(state=RunState.QUEUED)


def test_an_approval_whose_requirements_were_written_away_starts_nothing(
    approval: Approval,
) -> None:
    _write_into_queue(requirements=[])

    assert _why_not_started() == "What is stored of the approval is not what was asked for."


def test_an_approval_that_was_made_an_emergency_starts_nothing(
    approval: Approval, commander: User, engineer: User
) -> None:
    _yes(engineer, approval)
    Freeze.objects.create(
        environment=approval.run.incident.environment,
        starts_at=clock.now(),
        reason="Launch",
        declared_by=commander,
    )
    Approval.objects.update(is_emergency=True)

    assert _why_not_started() == "What is stored of the approval is not what was asked for."


def test_a_yes_to_another_plan_weighs_nothing(approval: Approval, engineer: User) -> None:
    _yes(engineer, approval)
    assert _why_not_started() == ""
    plan = Plan.objects.get()
    plan.after = {"minInstances": 9, "maxInstances": 10}
    plan.digest = digest_of(approval.named, model_to_dict(plan))
    plan.save()
    Approval.objects.update(digest=plan.digest)

    assert "1 approver is missing" in _why_not_started()


def test_who_wrote_a_command_may_not_approve_it_though_another_edited_the_step_since(
    command: StepCommand, commander: User, engineer: User
) -> None:
    beside = factories.make_command(command.step, factories.DESCRIBE)
    edit_command(actor=engineer, command_id=command.pk, text=OTHER)
    edit_command(actor=commander, command_id=beside.pk, text=f"{factories.DESCRIBE} --format=json")
    command = StepCommand.objects.get(pk=command.pk)
    approval = factories.make_waiting_approval(command, commander)

    with pytest.raises(Refused, match="You wrote this command"):
        _yes(engineer, approval)


def test_who_wrote_a_command_counts_again_once_it_is_the_runbooks(
    command: StepCommand, commander: User, engineer: User
) -> None:
    edit_command(actor=engineer, command_id=command.pk, text=OTHER)
    command = reset_command(actor=commander, command_id=command.pk)
    approval = factories.make_waiting_approval(command, commander)

    _yes(engineer, approval)

    assert Run.objects.get().state == RunState.QUEUED
