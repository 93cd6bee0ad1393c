"""Four eyes: who may decide, about exactly what, until when, and only once."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import approve, voiding
from incidents.models import Approval, Incident, Run, StepCommand
from incidents.refusal import Refused
from incidents.states import Role
from tests import factories
from tests.incidents.conftest import SetClock, at_once


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident), kind="command")
    return factories.make_command(step, factories.UPDATE, "changes")


@pytest.fixture
def approval(command: StepCommand, commander: User) -> Approval:
    return factories.make_waiting_approval(command, commander)


def test_approve_queues_the_run(approval: Approval, engineer: User) -> None:
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest, words="go")

    decided = Approval.objects.get()
    assert (decided.state, decided.decided_by, decided.words) == ("approved", engineer, "go")
    assert Run.objects.get().state == "queued"


def test_approve_by_the_requester_is_refused(approval: Approval, command: StepCommand) -> None:
    both = factories.make_person("both", Role.APPROVER, Role.COMMANDER)
    Run.objects.update(requested_by=both)

    with pytest.raises(Refused, match="somebody else must approve"):
        approve.approve(actor=both, approval_id=approval.pk, digest=approval.digest)

    assert Approval.objects.get().state == "waiting"


def test_approve_by_the_last_editor_is_refused(
    approval: Approval, command: StepCommand, engineer: User
) -> None:
    command.step.edited_by = engineer
    command.step.save()

    with pytest.raises(Refused, match="edited this step last"):
        approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)


def test_approve_without_the_role_is_refused(approval: Approval) -> None:
    responder = factories.make_person("responder", Role.RESPONDER)

    with pytest.raises(Refused, match="approver"):
        approve.approve(actor=responder, approval_id=approval.pk, digest=approval.digest)


def test_approve_by_an_outsider_tells_nothing(approval: Approval, outsider: User) -> None:
    with pytest.raises(Refused) as refused:
        approve.approve(actor=outsider, approval_id=approval.pk, digest=approval.digest)

    assert refused.value.status == 404


def test_approve_another_digest_is_refused(approval: Approval, engineer: User) -> None:
    with pytest.raises(Refused, match="not the one you were looking at"):
        approve.approve(actor=engineer, approval_id=approval.pk, digest="0" * 64)

    assert Run.objects.get().state == "waiting"


def test_approve_after_expiry_is_refused_even_before_the_clock_came(
    set_clock: SetClock, command: StepCommand, commander: User, engineer: User
) -> None:
    approval = factories.make_waiting_approval(command, commander)
    set_clock.advance(1800)

    with pytest.raises(Refused, match="expired before you decided"):
        approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)


@pytest.mark.django_db(transaction=True)
def test_approve_and_reject_at_once_have_one_winner(approval: Approval, engineer: User) -> None:
    second = factories.make_person("second", Role.APPROVER)

    answers = at_once(
        lambda: approve.approve(
            actor=engineer, approval_id=approval.pk, digest=approval.digest, words=""
        ),
        lambda: approve.reject(actor=second, approval_id=approval.pk, reason="too early"),
    )

    assert {type(answer) for answer in answers} == {Approval, Refused}
    decided = Approval.objects.get()
    assert Run.objects.get().state == {"approved": "queued", "rejected": "rejected"}[decided.state]


def test_reject_ends_the_run_with_its_reason(approval: Approval, engineer: User) -> None:
    approve.reject(actor=engineer, approval_id=approval.pk, reason="Wait for the freeze to end.")

    run = Run.objects.get()
    assert (run.state, run.message) == ("rejected", "Wait for the freeze to end.")


def test_withdraw_is_for_the_requester_alone(
    approval: Approval, engineer: User, commander: User
) -> None:
    with pytest.raises(Refused, match="Only who asked"):
        approve.withdraw(actor=engineer, approval_id=approval.pk)

    approve.withdraw(actor=commander, approval_id=approval.pk)

    assert Run.objects.get().state == "cancelled"


def test_expire_waiting_never_approves(
    set_clock: SetClock, command: StepCommand, commander: User
) -> None:
    factories.make_waiting_approval(command, commander)
    set_clock.advance(1799)
    assert voiding.expire_waiting() == 0
    set_clock.advance(1)

    assert voiding.expire_waiting() == 1
    assert (Approval.objects.get().state, Run.objects.get().state) == ("expired", "expired")
    assert voiding.expire_waiting() == 0
