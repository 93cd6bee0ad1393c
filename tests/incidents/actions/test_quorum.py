"""Whose word counts, whose does not, and when enough people have said yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from incidents import clock
from incidents.actions import approve
from incidents.actions.deciding import SecondFactorNeeded
from incidents.models import Approval, Decision, Environment, Incident, Run, StepCommand
from incidents.refusal import Refused
from incidents.requirements import requirements_of, seconds_to_decide, unknown_groups
from incidents.states import Role, RunState
from tests import factories
from tests.incidents.conftest import at_once

PROTECTED = {"endpoint": "", "is_protected": True}
Ask = Callable[..., Approval]


@pytest.fixture
def command(incident: Incident) -> StepCommand:
    step = factories.make_step(factories.make_phase(incident), kind="command")
    return factories.make_command(step, factories.UPDATE, "changes")


@pytest.fixture
def ask(incident: Incident, command: StepCommand, commander: User) -> Ask:
    """A question under these policies: of the runbook, and columns of environment, step, run."""

    def put(
        changes: str = "1 approver",
        *,
        destroys: str = "1 approver",
        effect: str = "changes",
        environment: dict[str, object] | None = None,
        step: str = "",
        emergency: str = "",
    ) -> Approval:
        policy = {"changes": changes, "destroys": destroys}
        Incident.objects.filter(pk=incident.pk).update(approval_policy=policy)
        Environment.objects.filter(pk=incident.environment_id).update(**(environment or {}))
        command.step.approve, command.effect = step, effect
        command.step.save()
        command.save()
        fresh = StepCommand.objects.get(pk=command.pk)
        return factories.make_waiting_approval(
            fresh, commander, run={"emergency_reason": emergency}
        )

    return put


def say_yes(approval: Approval, *people: User) -> Approval:
    for person in people:
        approve.approve(actor=person, approval_id=approval.pk, digest=approval.digest)
    approval.refresh_from_db()
    return approval


def member(username: str, group: str, *roles: Role) -> User:
    person = factories.make_person(username, *roles)
    person.groups.add(Group.objects.get_or_create(name=group)[0])
    return person


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("policies", "asked"),
    [
        ({}, ["1 approver"]),
        ({"changes": "2 approvers"}, ["2 approvers"]),
        ({"environment": {"changes_policy": "2 approvers"}}, ["2 approvers"]),
        (
            {"changes": "1 database", "environment": {"changes_policy": "1 commander"}},
            ["1 database", "1 commander"],
        ),
        ({"step": "1 commander"}, ["1 approver", "1 commander"]),
        ({"destroys": "2 approvers"}, ["1 approver"]),
        ({"effect": "destroys", "destroys": "2 approvers"}, ["2 approvers"]),
        (
            {"effect": "destroys", "changes": "1 commander", "destroys": "1 database"},
            ["1 commander", "1 approver", "1 database"],
        ),
        ({"emergency": "It cannot wait."}, ["2 approvers"]),
        ({"changes": "no idea, sorry!"}, ["no idea, sorry!"]),
    ],
)
def test_every_policy_holds_and_the_stricter_covers_the_other(
    ask: Ask, policies: dict[str, str], asked: list[str]
) -> None:
    approval = ask(**policies)

    found = requirements_of(Run.objects.get(pk=approval.run_id))

    assert [one["policy"] for one in found] == asked
    assert approval.requirements == found


def test_approvals_hold_as_long_as_the_stricter_says(ask: Ask) -> None:
    approval = ask(environment={"approval_expires": 600})

    assert seconds_to_decide(Run.objects.get(pk=approval.run_id)) == 600


def test_two_approvers_are_two_people(ask: Ask, engineer: User) -> None:
    approval = say_yes(ask("2 approvers"), engineer)
    assert (approval.state, Run.objects.get().state) == ("waiting", "waiting")

    say_yes(approval, factories.make_person("second", Role.APPROVER))

    assert (approval.state, Run.objects.get().state) == ("approved", "queued")
    assert [one.roles for one in Decision.objects.all()] == [["approver"], ["approver"]]


def test_the_same_person_is_told_that_they_decided(ask: Ask, engineer: User) -> None:
    approval = say_yes(ask("2 approvers"), engineer)

    with pytest.raises(Refused, match="You approved this at"):
        say_yes(approval, engineer)


def test_a_group_and_a_commander(ask: Ask, engineer: User) -> None:
    infrastructure = member("emeka", "Infra Structure", Role.APPROVER)
    other_commander = factories.make_person("ines", Role.COMMANDER)
    approval = ask("1 infra-structure + 1 commander", environment={"changes_policy": "1 commander"})

    with pytest.raises(Refused, match="Ask someone who is"):
        say_yes(approval, member("only-looks", "infra structure", Role.VIEWER))
    with pytest.raises(Refused, match="Ask someone who is infra-structure or commander"):
        say_yes(approval, engineer)
    say_yes(approval, infrastructure)
    with pytest.raises(Refused, match="would add nothing: what is still open is 1 commander"):
        say_yes(approval, member("fay", "Infra Structure", Role.APPROVER))
    say_yes(approval, other_commander)

    assert approval.state == "approved"


def test_a_group_that_is_not_here_counts_any_approver(ask: Ask, engineer: User) -> None:
    assert say_yes(ask("1 database"), engineer).state == "approved"


def test_a_group_called_like_a_role_gives_no_role(ask: Ask) -> None:
    pretender = member("pretender", "commander", Role.APPROVER)
    approval = ask("1 commander")

    say_yes(approval, pretender)  # as the approver that the environment asks for

    assert approval.state == "waiting"


def test_a_policy_that_nobody_can_read_needs_two(ask: Ask, engineer: User) -> None:
    assert say_yes(ask("whoever +"), engineer).state == "waiting"


@pytest.mark.django_db
def test_unknown_groups_are_named() -> None:
    Group.objects.create(name="Database")

    assert unknown_groups("1 databases + 1 network + 1 approver") == ("network",)


def test_runners_are_excluded_where_the_environment_says_so(
    ask: Ask, command: StepCommand, engineer: User
) -> None:
    factories.make_run(command, engineer, RunState.FAILED)
    approval = ask(environment={"excludes_runners": True})

    with pytest.raises(Refused, match="You asked for run 1 of this command"):
        say_yes(approval, engineer)

    say_yes(approval, factories.make_person("second", Role.APPROVER))
    assert approval.state == "approved"


def test_a_yes_weighs_nothing_once_the_role_is_gone(ask: Ask, engineer: User) -> None:
    approval = say_yes(ask("2 approvers"), engineer)
    engineer.memberships.filter(role=Role.APPROVER).delete()

    say_yes(approval, factories.make_person("second", Role.APPROVER))
    assert approval.state == "waiting"

    say_yes(approval, factories.make_person("third", Role.APPROVER))
    assert approval.state == "approved"


def test_one_rejection_ends_what_others_approved(ask: Ask, engineer: User) -> None:
    approval = say_yes(ask("2 approvers"), engineer)

    approve.reject(
        actor=factories.make_person("second", Role.APPROVER),
        approval_id=approval.pk,
        reason="Too early.",
    )

    with pytest.raises(Refused, match="This was rejected by second at"):
        say_yes(approval, factories.make_person("third", Role.APPROVER))
    assert Run.objects.get().state == "rejected"
    kinds = approval.run.incident.timeline.values_list("kind", "data__verdict")
    assert ("approval.rejected", "rejected") in kinds


def test_the_requester_is_led_to_withdrawing(ask: Ask, commander: User) -> None:
    factories.Membership.objects.create(
        person=commander, environment=factories.make_environment(), role=Role.APPROVER
    )
    with pytest.raises(Refused, match="You can withdraw it"):
        approve.reject(actor=commander, approval_id=ask().pk, reason="no")


def test_protected_environments_need_a_fresh_second_factor(ask: Ask, engineer: User) -> None:
    approval = ask(environment=PROTECTED)
    old = clock.now() - timedelta(hours=1)

    for proven_at in (None, old):
        with pytest.raises(SecondFactorNeeded, match="second factor") as refused:
            approve.approve(
                actor=engineer,
                approval_id=approval.pk,
                digest=approval.digest,
                proven_at=proven_at,
            )
        assert refused.value.status == 403
    approve.approve(
        actor=engineer, approval_id=approval.pk, digest=approval.digest, proven_at=clock.now()
    )

    assert Decision.objects.get().proven_at is not None


def test_rejecting_needs_no_second_factor(ask: Ask, engineer: User) -> None:
    approve.reject(actor=engineer, approval_id=ask(environment=PROTECTED).pk, reason="Not now.")

    assert Run.objects.get().state == "rejected"


@pytest.mark.django_db(transaction=True)
def test_two_who_complete_a_quorum_at_once_queue_the_run_once(ask: Ask) -> None:
    approval = ask("2 approvers")
    people = [factories.make_person(f"approver-{n}", Role.APPROVER) for n in range(5)]

    answers = at_once(*[lambda one=one: say_yes(Approval.objects.get(), one) for one in people])

    assert sum(isinstance(answer, Approval) for answer in answers) == 2
    assert Decision.objects.count() == 2
    approval.refresh_from_db()
    assert (approval.state, Run.objects.get().state) == ("approved", "queued")


@pytest.mark.django_db(transaction=True)
def test_twenty_who_approve_and_reject_at_once_have_one_winner(ask: Ask) -> None:
    approval = ask()
    people = [factories.make_person(f"approver-{n}", Role.APPROVER) for n in range(20)]

    def no(person: User) -> Approval:
        return approve.reject(actor=person, approval_id=approval.pk, reason=f"{person} says no")

    answers = at_once(
        *[lambda one=one: say_yes(Approval.objects.get(), one) for one in people[::2]],
        *[lambda one=one: no(one) for one in people[1::2]],
    )

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 19
    assert all("This was" in refusal.sentence for refusal in refused)
    decided = Approval.objects.get()
    assert Run.objects.get().state == {"approved": "queued", "rejected": "rejected"}[decided.state]
    assert Decision.objects.get().person == decided.decided_by
