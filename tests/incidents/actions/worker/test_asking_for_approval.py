"""What a worker puts up for approval: everything that counts, and the evidence for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import approve, execute, freeze, plan, work
from incidents.actions.evidence import digest_of as digest_of_evidence
from incidents.models import Approval, Environment, Freeze, Incident, Plan, Run
from incidents.plan_digest import PLAN_FIELDS, digest_of
from tests.incidents.actions.worker.deeds import asked, command_with, run_read
from tests.support.simulator import Simulator

UPDATE = "connectors update staging-connector"
URGENT = "Customers cannot pay."
CONNECTOR = "vpcaccess/projects/netra-staging/locations/us-central1/connectors/staging-connector"


def test_the_digest_can_be_computed_again_from_what_is_stored(
    incident: Incident, commander: User
) -> None:
    approval = asked(commander, command_with(incident, UPDATE))

    row = Plan.objects.values(*PLAN_FIELDS, "identity").get(run=approval.run_id)
    assert approval.digest == digest_of(approval.named, row)
    assert approval.named["requirements"] == approval.requirements
    assert (row["identity"], approval.named["identity"]) == ("simulator", "simulator")
    entry = incident.timeline.get(kind="approval.asked")
    assert (entry.data["digest"], entry.data["requirements"]) == (
        approval.digest,
        approval.requirements,
    )


def test_evidence_is_the_latest_of_each_diagnostic_until_this_phase(
    incident: Incident, commander: User
) -> None:
    read = command_with(incident, "connectors describe staging-connector")
    run_read(commander, read)
    latest = run_read(commander, read)
    change = command_with(incident, UPDATE)
    later = incident.phases.get(position=change.step.phase.position + 1)
    after = later.steps.filter(commands__effect="reads").first()
    if after is not None:
        run_read(commander, after.commands.filter(effect="reads")[0])

    pinned = asked(commander, change).evidence

    assert [(one["run"], one["id"]) for one in pinned] == [(latest.number, latest.pk)]
    assert pinned[0]["digest"] == digest_of_evidence(Run.objects.get(pk=latest.pk))
    assert pinned[0]["text"] == latest.shown


def test_a_freeze_during_planning_asks_nobody(incident: Incident, commander: User) -> None:
    run = execute.request_run(actor=commander, command_id=command_with(incident, UPDATE).pk)
    freeze.declare_freeze(actor=commander, environment_id=incident.environment_id, reason="Launch")

    plan.plan_run(run.pk, worker="test")

    run.refresh_from_db()
    assert run.state == "cancelled"
    assert "is frozen until it is lifted: Launch. Ask again as an emergency." in run.message
    assert not Approval.objects.exists()


def test_an_emergency_is_put_up_with_its_reason(incident: Incident, commander: User) -> None:
    freeze.declare_freeze(actor=commander, environment_id=incident.environment_id, reason="Launch")
    run = execute.request_run(
        actor=commander,
        command_id=command_with(incident, UPDATE).pk,
        reason="The pool is full.",
        emergency_reason=URGENT,
    )

    plan.plan_run(run.pk, worker="test")

    approval = Approval.objects.get()
    assert approval.is_emergency
    assert approval.requirements == [{"from": "the emergency", "policy": "2 approvers"}]
    text = incident.timeline.get(kind="approval.asked").text
    assert f"because The pool is full.; as an emergency: {URGENT}" in text


def test_the_environment_shortens_how_long_it_holds(incident: Incident, commander: User) -> None:
    Environment.objects.filter(pk=incident.environment_id).update(approval_expires=90)

    approval = asked(commander, command_with(incident, UPDATE))

    assert (approval.expires_at - approval.asked_at).total_seconds() == 90
    assert approval.asked_at <= clock.now()


def test_workers_that_act_as_somebody_else_send_nothing(
    incident: Incident, commander: User, engineer: User, sent: Callable[[], list[str]]
) -> None:
    approval = asked(commander, command_with(incident, UPDATE))
    named = approval.named | {"identity": "impersonated: robot@example.com"}
    Plan.objects.update(identity=named["identity"])
    row = Plan.objects.values(*PLAN_FIELDS).get()
    Approval.objects.update(named=named, digest=digest_of(named, row))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=digest_of(named, row))

    work.execute_run(approval.run_id, worker="test")

    void = Approval.objects.get()
    assert void.state == "void"
    assert void.moved == [
        {
            "what": "who the workers act as at Google",
            "before": "impersonated: robot@example.com",
            "after": "simulator",
        }
    ]
    assert sent() == []


def test_a_freeze_between_approval_and_start_sends_nothing(
    incident: Incident,
    commander: User,
    engineer: User,
    sent: Callable[[], list[str]],
) -> None:
    approval = asked(commander, command_with(incident, UPDATE))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    Freeze.objects.create(
        environment=incident.environment,
        starts_at=clock.now(),
        reason="Launch",
        declared_by=commander,
    )

    work.execute_run(approval.run_id, worker="test")

    assert Run.objects.get(pk=approval.run_id).state == "void"
    assert sent() == []


@pytest.mark.django_db(transaction=True)
def test_what_no_database_takes_is_written_otherwise(
    brief_incident: Incident, google: Simulator, commander: User, engineer: User
) -> None:
    google.change_resource(CONNECTOR, note="zero \0 byte")

    approval = asked(commander, command_with(brief_incident, UPDATE))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    work.execute_run(approval.run_id, worker="test")

    before = Plan.objects.get().before
    assert (before["note"], Run.objects.get().state) == ("zero � byte", "succeeded")
