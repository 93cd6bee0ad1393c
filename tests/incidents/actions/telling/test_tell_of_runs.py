"""Who may approve is told that somebody waits, whoever asked how it ended, who commands of the
unknown."""

import pytest
from django.contrib.auth.models import User

from incidents.actions import approve, hand_over, voiding
from incidents.actions.moves import end_run
from incidents.actions.tell_of_runs import ask_approvers
from incidents.models import Approval, Incident, Notification
from incidents.states import Role, RunState
from tests import factories
from tests.incidents.conftest import SetClock


@pytest.fixture
def approval(set_clock: SetClock, incident: Incident, commander: User) -> Approval:
    step = factories.make_step(factories.make_phase(incident))
    command = factories.make_command(step, text=factories.UPDATE, effect="changes")
    return factories.make_waiting_approval(command, commander)


def heard(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("subject", flat=True))


def test_those_who_may_approve_are_asked_and_nobody_else(
    approval: Approval, commander: User, engineer: User, leader: User, outsider: User
) -> None:
    other = factories.make_person("other", Role.APPROVER)

    ask_approvers(approval)

    name = approval.run.incident.name
    asked = [f"{name}: commander asks you to approve run {approval.run.number}"]
    assert (heard(engineer), heard(other)) == (asked, asked)
    assert heard(commander) == heard(leader) == heard(outsider) == []
    assert Notification.objects.filter(link=f"/approvals/{approval.pk}/").count() == 2


def test_a_decision_stops_asking_and_a_no_is_told(
    approval: Approval, commander: User, engineer: User
) -> None:
    ask_approvers(approval)
    Notification.objects.update(state="waiting")

    approve.reject(actor=engineer, approval_id=approval.pk, reason="Too late today.")

    assert Notification.objects.get(person=engineer).state == "cancelled"
    told = Notification.objects.get(person=commander)
    assert told.subject.endswith(f"run {approval.run.number} was not approved: rejected")
    assert told.body.endswith("Too late today.")


def test_who_asked_hears_that_nobody_decided(
    approval: Approval, commander: User, set_clock: SetClock
) -> None:
    set_clock.advance(1801)
    voiding.expire_waiting()

    assert [subject.partition(": ")[2] for subject in heard(commander)] == [
        f"run {approval.run.number} was not approved: expired"
    ]


def test_unknown_outcome_is_told_to_the_commander_and_to_who_asked(
    incident: Incident, commander: User, engineer: User
) -> None:
    command = factories.make_command(factories.make_step(factories.make_phase(incident)))
    run = factories.make_run(command, engineer, RunState.RUNNING)

    end_run(run, old=RunState.RUNNING, new=RunState.UNKNOWN, actor=None, message="It died.")

    told = [f"{incident.name}: run {run.number} has an unknown outcome"]
    assert (heard(commander), heard(engineer)) == (told, told)


def test_command_that_is_offered_is_told_and_taken_back(
    incident: Incident, commander: User
) -> None:
    second = factories.make_person("second", Role.COMMANDER)
    handover = hand_over.offer(
        actor=commander, incident_id=incident.pk, person_id=second.pk, words="I must sleep."
    )
    told = Notification.objects.get()
    assert (told.person, told.subject) == (second, f"{incident.name}: commander offers you command")
    Notification.objects.update(state="waiting")

    hand_over.withdraw(actor=commander, handover_id=handover.pk)

    assert Notification.objects.get().state == "cancelled"
