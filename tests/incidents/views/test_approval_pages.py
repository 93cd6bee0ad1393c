"""One approval by its link, in the queue and in the room: who sees what, and forms of all kinds."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from incidents.actions import approve, freeze
from incidents.models import Approval, Decision, Environment, Incident, Run, StepCommand
from incidents.states import ApprovalState, Role, RunState
from tests import factories
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db


def _page(waiting: Approval) -> str:
    return f"/approvals/{waiting.pk}/"


def _yes(client: Client, waiting: Approval, **form: str) -> int:
    data = {"digest": waiting.digest, **form}
    return client.post(f"{_page(waiting)}approve/", data).status_code


def test_the_link_of_a_notification_leads_back_after_signing_in(waiting: Approval) -> None:
    response = Client().get(_page(waiting))

    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={_page(waiting)}")


def test_the_page_is_for_those_who_see_the_incident(
    sign_in: SignIn, waiting: Approval, outsider: User, leader: User
) -> None:
    assert sign_in(outsider).get(_page(waiting)).status_code == 404
    page = sign_in(leader).get(_page(waiting)).content.decode()

    assert "To decide: 1 approver." in page
    assert "Approve exactly this" not in page


@pytest.mark.parametrize("state", [ApprovalState.EXPIRED, ApprovalState.VOID])
def test_the_page_stays_when_all_is_over(
    sign_in: SignIn, waiting: Approval, engineer: User, state: ApprovalState
) -> None:
    Approval.objects.update(state=state, void_reason="It moved.")
    Run.objects.filter(pk=waiting.run_id).update(state=RunState(state.value))

    page = sign_in(engineer).get(_page(waiting)).content.decode()

    assert "Plan it again" in page
    assert "Approve exactly this" not in page


def test_progress_names_who_said_yes_and_what_is_open(
    sign_in: SignIn, busy_incident: Incident, commander: User, engineer: User
) -> None:
    Group.objects.create(name="infrastructure").user_set.add(engineer)
    Incident.objects.update(approval_policy={"changes": "1 infrastructure + 1 commander"})
    Approval.objects.all().delete()
    step = factories.make_step(busy_incident.phases.get(position=2), kind="command")
    step.incident.refresh_from_db()
    command = factories.make_command(step, text=factories.UPDATE, effect="changes")
    waiting = factories.make_waiting_approval(command, commander)
    approve.approve(actor=engineer, approval_id=waiting.pk, digest=waiting.digest)

    page = " ".join(sign_in(engineer).get(_page(waiting)).content.decode().split())

    assert '1 of 2</b> <span class="soft">approvals that the runbook asks for' in page
    assert "infrastructure: <b>engineer</b>" in page
    assert 'commander <span class="soft">open' in page
    assert "You approved this; 1 commander is still to decide." in page


def test_the_requester_is_refused_by_page_and_by_a_forged_form(
    sign_in: SignIn, waiting: Approval, commander: User
) -> None:
    factories.Membership.objects.create(
        person=commander, environment=factories.make_environment(), role=Role.APPROVER
    )
    client = sign_in(commander)

    assert "Approve exactly this" not in client.get(_page(waiting)).content.decode()
    assert _yes(client, waiting) == 403
    assert _yes(client, waiting, digest="0" * 64) == 403
    assert client.get(f"{_page(waiting)}approve/").status_code == 405
    assert client.put(f"{_page(waiting)}approve/").status_code == 405
    assert _yes(Client(enforce_csrf_checks=True), waiting) == 403
    assert Approval.objects.get().state == "waiting"
    assert not Decision.objects.exists()


def test_a_csrf_token_is_needed(sign_in: SignIn, waiting: Approval, engineer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(engineer)

    assert _yes(strict, waiting) == 403
    assert Approval.objects.get().state == "waiting"


def test_protected_environments_lead_to_the_second_factor(
    sign_in: SignIn, waiting: Approval, engineer: User
) -> None:
    Environment.objects.update(endpoint="", is_protected=True)
    client, anew = sign_in(engineer), _asked_anew(waiting)

    refused = client.post(f"{_page(anew)}approve/", {"digest": anew.digest})

    assert refused.status_code == 403
    assert "Set up a second factor" in refused.content.decode()
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(engineer.pk)
    session.save()
    assert _yes(client, anew) == 302
    assert Decision.objects.get().proven_at is not None


def _asked_anew(waiting: Approval) -> Approval:
    """As it is planned in the environment as it is now."""
    command = StepCommand.objects.get(pk=waiting.run.command_id)
    Run.objects.filter(pk=waiting.run_id).update(state=RunState.CANCELLED)
    Approval.objects.filter(pk=waiting.pk).update(state=ApprovalState.WITHDRAWN)
    return factories.make_waiting_approval(command, waiting.run.requested_by)


def test_asking_again_leads_to_the_new_run(
    sign_in: SignIn, waiting: Approval, commander: User, engineer: User
) -> None:
    approve.reject(actor=engineer, approval_id=waiting.pk, reason="Too early.")
    client = sign_in(commander)

    answer = client.post(f"{_page(waiting)}again/", headers={"hx-request": "true"})

    number = waiting.run.incident.number
    step = waiting.run.command.step_id
    assert answer["HX-Redirect"] == f"/incidents/INC-{number}/?step={step}"
    assert "was rejected" in Run.objects.get(state="planning").reason


def test_a_frozen_environment_asks_for_an_emergency(
    sign_in: SignIn, busy_incident: Incident, waiting: Approval, commander: User
) -> None:
    freeze.declare_freeze(
        actor=commander, environment_id=busy_incident.environment_id, reason="Launch"
    )
    client, command = sign_in(commander), waiting.run.command
    path = f"/incidents/INC-{busy_incident.number}/panels/step-{command.step_id}/"
    assert "staging is frozen until it is lifted: Launch." in client.get(path).content.decode()
    header = f"/incidents/INC-{busy_incident.number}/panels/header/"
    assert "emergencies only" in client.get(header).content.decode()

    assert client.post(f"/commands/{command.pk}/run/").status_code == 409
    asked = {"reason": "Pool is full.", "emergency_reason": "Customers cannot pay."}
    assert client.post(f"/commands/{command.pk}/run/", asked).status_code == 302

    run = Run.objects.get(state="planning")
    assert (run.reason, run.emergency_reason) == tuple(asked.values())


def test_the_card_names_who_wrote_the_command_and_does_not_count(
    sign_in: SignIn, waiting: Approval, engineer: User
) -> None:
    StepCommand.objects.filter(pk=waiting.run.command_id).update(edited_by=engineer)

    page = sign_in(engineer).get(_page(waiting)).content.decode()

    assert "engineer, who wrote this command" in page
    assert "You wrote this command; somebody else must approve." in page
    assert "Approve exactly this" not in page
