"""What stands in a command's card once a plan was refused, changed nothing, or runs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.models import Approval, Incident, Plan, Run
from incidents.states import ApprovalState, RunState
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

REASON = "The connector exists already."


def _panel(sign_in: SignIn, person: User, incident: Incident, run: Run) -> str:
    path = f"/incidents/INC-{incident.number}/panels/step-{run.command.step_id}/"
    return sign_in(person).get(path).content.decode()


def _ended_by_its_plan(waiting: Approval, state: RunState, message: str) -> Run:
    run = waiting.run
    waiting.delete()
    Run.objects.filter(pk=run.pk).update(state=state, message=message)
    return run


def test_decided_plan_is_folded_above_what_came_of_it(
    sign_in: SignIn, engineer: User, busy_incident: Incident, waiting: Approval
) -> None:
    Approval.objects.filter(pk=waiting.pk).update(state=ApprovalState.APPROVED)
    Run.objects.filter(pk=waiting.run_id).update(state=RunState.QUEUED)

    page = _panel(sign_in, engineer, busy_incident, waiting.run)

    folded = page.index(f'id="planned-{waiting.run_id}"')
    assert folded < page.index("minInstances", folded) < page.index('class="terminal"')


def test_plan_that_waits_is_not_folded(
    sign_in: SignIn, engineer: User, busy_incident: Incident, waiting: Approval
) -> None:
    assert 'class="planned"' not in _panel(sign_in, engineer, busy_incident, waiting.run)


def test_refused_plan_says_why_once_and_offers_no_way_back(
    sign_in: SignIn, engineer: User, busy_incident: Incident, waiting: Approval
) -> None:
    Plan.objects.update(refusals=[REASON], changes=[], undo="gcloud delete it")
    run = _ended_by_its_plan(waiting, RunState.FAILED, f"Refused: {REASON}")

    page = _panel(sign_in, engineer, busy_incident, run)

    assert page.count(REASON) == 1
    assert "gcloud delete it" not in page


def test_plan_without_a_change_says_so_once(
    sign_in: SignIn, engineer: User, busy_incident: Incident, waiting: Approval
) -> None:
    Plan.objects.update(changes=[], why_no_undo="There is nothing to undo.")
    run = _ended_by_its_plan(waiting, RunState.SUCCEEDED, "Nothing to change.")

    page = _panel(sign_in, engineer, busy_incident, run)

    assert (page.count("Nothing to change."), "nothing to undo" in page) == (1, False)


def test_checks_of_a_run_that_failed_are_called_unchecked(
    sign_in: SignIn, engineer: User, busy_incident: Incident
) -> None:
    run = busy_incident.runs.get(effect="reads")
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, checks=[])

    assert "not checked" in _panel(sign_in, engineer, busy_incident, run)


def test_void_plan_is_planned_again_by_one_button(
    sign_in: SignIn, engineer: User, busy_incident: Incident, waiting: Approval
) -> None:
    moved = [{"what": "the runbook", "before": "a" * 64, "after": "b" * 64}]
    Approval.objects.filter(pk=waiting.pk).update(state=ApprovalState.VOID, moved=moved)
    Run.objects.filter(pk=waiting.run_id).update(state=RunState.VOID)

    page = _panel(sign_in, engineer, busy_incident, waiting.run)

    assert page.count("data-run-button") == 1
    assert f'id="again-{waiting.pk}"' in page
    assert f'<td class="was">{"a" * 12}…</td>' in page


def test_who_asked_withdraws_and_others_cancel(
    sign_in: SignIn,
    engineer: User,
    commander: User,
    busy_incident: Incident,
    waiting: Approval,
) -> None:
    asked = _panel(sign_in, commander, busy_incident, waiting.run)
    others = _panel(sign_in, engineer, busy_incident, waiting.run)

    buttons = (f'id="withdraw-{waiting.pk}"', f'id="cancel-{waiting.run.command_id}"')
    assert [button in asked for button in buttons] == [True, False]
    assert [button in others for button in buttons] == [False, True]
