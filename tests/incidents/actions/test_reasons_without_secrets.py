"""Why somebody undoes and freezes is kept like all that people write: without secrets."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import freeze
from incidents.actions.undo import request_undo
from incidents.models import Freeze, Incident, Plan
from incidents.states import RunState
from tests import factories

PATCH = "gcloud sql instances patch netra-staging-db --project=netra-staging --tier=db-f1-micro"
SECRET = "blue-giraffe-77"


def test_reasons_of_an_undo_are_kept_without_secrets(incident: Incident, commander: User) -> None:
    step = factories.make_step(factories.make_phase(incident), kind="command")
    command = factories.make_command(step, factories.UPDATE, "changes")
    Incident.objects.update(secrets={"API_TOKEN": SECRET})
    made = factories.make_run(command, commander, RunState.SUCCEEDED)
    Plan.objects.create(
        run=made,
        resource=made.resource,
        changes=[{"path": "tier", "before": "a", "after": "b"}],
        undo=PATCH,
        created_at=clock.now(),
    )

    undo = request_undo(
        actor=commander,
        run_id=made.pk,
        reason=f"It needs {SECRET}.",
        emergency_reason=f"Cannot wait for {SECRET}.",
    )

    assert SECRET not in undo.reason + undo.emergency_reason
    assert "It needs" in undo.reason


def test_the_reason_of_a_freeze_is_kept_without_secrets(
    incident: Incident, commander: User
) -> None:
    token = "ghp_" + "a1B2" * 9

    declared = freeze.declare_freeze(
        actor=commander, environment_id=incident.environment_id, reason=f"Rotate {token}"
    )

    assert token not in Freeze.objects.get(pk=declared.pk).reason
