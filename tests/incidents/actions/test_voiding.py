"""What moves voids the approval that named it, and the difference is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from incidents.actions import approve, freeze, voiding
from incidents.actions.ask_again import ask_again
from incidents.actions.authority import objection
from incidents.actions.execute import request_run
from incidents.actions.moves import hold
from incidents.models import (
    AdministrationEntry,
    Approval,
    Environment,
    Freeze,
    Incident,
    Membership,
    Plan,
    Run,
    Step,
    StepCommand,
)
from incidents.refusal import Refused
from incidents.states import Role
from tests import factories
from tests.incidents.conftest import SetClock


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident), kind="command")
    return factories.make_command(step, factories.UPDATE, "changes")


@pytest.fixture
def approval(command: StepCommand, commander: User) -> Approval:
    return factories.make_waiting_approval(command, commander)


def _yes(person: User) -> None:
    approval = Approval.objects.get()
    approve.approve(actor=person, approval_id=approval.pk, digest=approval.digest)


def _edit_parameters() -> None:
    Incident.objects.update(parameters={"SIZE": "10"})


def _edit_command() -> None:
    StepCommand.objects.update(text="gcloud run services list")


def _read_again() -> None:
    Incident.objects.update(revision=factories.make_revision(b"# Another\n"))


def _move_environment() -> None:
    Environment.objects.update(region="europe-west1")


def _stricter() -> None:
    Environment.objects.update(changes_policy="2 approvers")


def _stricter_step() -> None:
    Step.objects.update(approve="1 commander")


def _other_credentials() -> None:
    Environment.objects.update(credentials="impersonated", service_account="robot@example.com")


MOVES = [
    (_edit_parameters, {"what": "parameter SIZE", "before": None, "after": "10"}),
    (
        _edit_command,
        {
            "what": "the command of the step",
            "before": factories.UPDATE,
            "after": "gcloud run services list",
        },
    ),
    (_read_again, None),
    (
        _move_environment,
        {"what": "the environment's region", "before": "us-central1", "after": "europe-west1"},
    ),
    (
        _stricter,
        {
            "what": "who must approve",
            "before": "1 approver (the runbook)",
            "after": "2 approvers (the environment)",
        },
    ),
    (_stricter_step, None),
    (
        _other_credentials,
        {
            "what": "the environment's credentials",
            "before": "application default",
            "after": "impersonated",
        },
    ),
]


@pytest.mark.parametrize(("move", "difference"), MOVES)
def test_what_moved_while_it_waits_is_told_and_nothing_approved(
    approval: Approval,
    engineer: User,
    move: Callable[[], None],
    difference: dict[str, object] | None,
) -> None:
    move()

    with pytest.raises(Refused, match="Nothing was approved") as refused:
        _yes(engineer)

    void = Approval.objects.get()
    assert (void.state, Run.objects.get().state) == ("void", "void")
    assert void.moved
    assert difference is None or difference in void.moved
    assert void.void_reason in refused.value.sentence
    entry = void.run.incident.timeline.get(kind="approval.void")
    assert entry.data["moved"] == void.moved


@pytest.mark.parametrize(("move", "difference"), MOVES)
def test_what_moved_after_the_approval_keeps_the_run_from_starting(
    approval: Approval,
    engineer: User,
    set_clock: SetClock,
    move: Callable[[], None],
    difference: dict[str, object] | None,
) -> None:
    Approval.objects.update(expires_at=set_clock.at.replace(year=2030))
    _yes(engineer)
    move()

    found = objection(Run.objects.select_related("incident").get(), set_clock.at)

    assert found is not None
    assert found.state == "void"
    assert difference is None or difference in found.moved


def test_a_stored_plan_that_was_changed_is_not_approved(approval: Approval, engineer: User) -> None:
    Plan.objects.update(after={"minInstances": 3, "maxInstances": 1000})

    with pytest.raises(Refused, match="The stored plan is not the one"):
        _yes(engineer)


def test_void_stale_leaves_what_still_fits(
    approval: Approval, commander: User, engineer: User
) -> None:
    with transaction.atomic():
        hold(pk=approval.run.incident_id)
        assert (
            voiding.void_stale(
                incident_id=approval.run.incident_id, actor=commander, reason="Nothing moved."
            )
            == 0
        )
        _edit_parameters()
        assert (
            voiding.void_stale(
                incident_id=approval.run.incident_id,
                actor=commander,
                reason="The parameters were changed.",
            )
            == 1
        )

    reason = Approval.objects.get().void_reason
    assert reason == "The parameters were changed. Parameter SIZE changed since it was planned."


def test_an_approver_who_lost_the_role_voids_what_was_approved(
    approval: Approval, engineer: User
) -> None:
    _yes(engineer)
    Membership.objects.filter(person=engineer).delete()

    assert voiding.void_where_authority_fell(environment_id=None, actor=None) == 1
    assert Approval.objects.get().void_reason.startswith("engineer may not approve here any more")


def test_an_approver_who_was_deactivated_voids_what_was_approved(
    approval: Approval, engineer: User
) -> None:
    _yes(engineer)
    User.objects.filter(pk=engineer.pk).update(is_active=False)

    environment = approval.run.incident.environment_id
    assert voiding.void_where_authority_fell(environment_id=environment, actor=None) == 1


def test_a_requester_who_lost_the_role_voids_the_question(
    approval: Approval, commander: User
) -> None:
    Membership.objects.filter(person=commander).delete()

    assert voiding.void_where_authority_fell(environment_id=None, actor=None) == 1
    assert "who asked for it" in Approval.objects.get().void_reason


def test_a_question_keeps_waiting_when_a_yes_lost_its_weight(
    command: StepCommand, commander: User, engineer: User
) -> None:
    Incident.objects.update(approval_policy={"changes": "2 approvers"})
    factories.make_waiting_approval(StepCommand.objects.get(), commander)
    _yes(engineer)
    Membership.objects.filter(person=engineer).delete()

    assert voiding.void_where_authority_fell(environment_id=None, actor=None) == 0
    assert Approval.objects.get().state == "waiting"


def _declare(actor: User, **columns: object) -> Freeze:
    environment = factories.make_environment()
    return freeze.declare_freeze(
        actor=actor,
        environment_id=environment.pk,
        reason="Launch weekend",
        **columns,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_freeze_voids_what_waits_and_what_is_queued(
    approval: Approval, commander: User, engineer: User, *, is_approved: bool
) -> None:
    if is_approved:
        _yes(engineer)

    _declare(commander)

    assert Run.objects.get().state == "void"
    assert Approval.objects.get().void_reason == (
        "staging is frozen until it is lifted: Launch weekend."
    )
    kinds = approval.run.incident.timeline.values_list("kind", flat=True)
    assert {"freeze.declared", "approval.void", "run.void"} <= set(kinds)
    assert AdministrationEntry.objects.get().kind == "freeze.declared"


def test_a_freeze_lets_emergencies_go_on_with_two(
    command: StepCommand, commander: User, engineer: User
) -> None:
    urgent = {"emergency_reason": "Customers cannot pay."}
    factories.make_waiting_approval(command, commander, run=urgent)

    _declare(commander)
    _yes(engineer)
    assert Run.objects.get().state == "waiting"
    _yes(factories.make_person("second", Role.APPROVER))

    assert Run.objects.get().state == "queued"


def test_a_freeze_keeps_from_asking_but_in_an_emergency(
    command: StepCommand, commander: User
) -> None:
    _declare(commander)

    with pytest.raises(Refused, match="as an emergency"):
        request_run(actor=commander, command_id=command.pk)
    with pytest.raises(Refused, match="whole sentence"):
        request_run(actor=commander, command_id=command.pk, emergency_reason="now")
    run = request_run(
        actor=commander, command_id=command.pk, emergency_reason="Customers cannot pay."
    )

    assert (run.state, run.emergency_reason) == ("planning", "Customers cannot pay.")


def test_only_commanders_and_administrators_freeze(engineer: User, outsider: User) -> None:
    with pytest.raises(Refused, match="may not freeze"):
        _declare(engineer)
    with pytest.raises(Refused) as refused:
        _declare(outsider)

    assert refused.value.status == 404
    assert not Freeze.objects.exists()


def test_a_freeze_is_lifted_once(commander: User) -> None:
    found = _declare(commander)
    freeze.lift_freeze(actor=commander, freeze_id=found.pk)

    with pytest.raises(Refused, match="over already"):
        freeze.lift_freeze(actor=commander, freeze_id=found.pk)


def test_asking_again_says_what_it_comes_from(
    approval: Approval, commander: User, engineer: User
) -> None:
    Run.objects.update(reason="The pool is full.")
    with pytest.raises(Refused, match="waiting for approval still"):
        ask_again(actor=commander, approval_id=approval.pk)
    approve.reject(actor=engineer, approval_id=approval.pk, reason="Too early.")

    run = ask_again(actor=commander, approval_id=approval.pk)

    assert run.state == "planning"
    assert run.reason == "The pool is full. (asked again: run 1 was rejected)"


def test_asking_again_is_for_those_who_see_it(approval: Approval, outsider: User) -> None:
    with pytest.raises(Refused) as refused:
        ask_again(actor=outsider, approval_id=approval.pk)

    assert refused.value.status == 404
