"""A service with a password in its environment: planned, approved, changed and looked at again,
and the password is in nothing that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers

from incidents.actions import approve, execute, plan, work
from incidents.actions.declare import declare
from incidents.actions.probe import probe_run
from incidents.models import Approval, Incident, OutputChunk, Plan, Run, StepCommand, TimelineEntry
from incidents.states import RunState
from tests import factories
from tests.support.processes import private_simulator
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "old-hunter2-value", "new-hunter2-value"
SERVICE = "auth-staging --region=us-central1 --project=netra-staging"
VARIABLES = "spec.template.spec.containers[0].env"
SOURCE = f"""---
parameters:
  DB_PASSWORD: {{about: the new password}}
---
# Turn the password

## Repair
- [ ] The service has it
  ```bash
  gcloud run services update {SERVICE} --update-env-vars=DB_PASSWORD=${{DB_PASSWORD}}
  ```
  Expect: `{VARIABLES}.exists(e, e.name == "DB_PASSWORD" && e.value == "${{DB_PASSWORD}}")`
- [ ] It can be seen
  ```bash
  gcloud run services describe {SERVICE} --format=yaml
  ```
"""


@pytest.fixture(scope="module")
def healthy(short_folder: Path) -> Iterator[Simulator]:
    """Where new revisions of the service start."""
    with private_simulator(short_folder / "redacted-plan", scenario="healthy") as running_one:
        yield running_one


@pytest.fixture
def google(healthy: Simulator) -> Simulator:
    healthy.reset()
    return healthy


def declared(google: Simulator, commander: User, password: str) -> Incident:
    environment = factories.make_environment()
    environment.endpoint = google.address
    environment.save()
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE.encode()),
        environment=environment,
        severity="P2",
        title="Turn the password",
        parameters={"DB_PASSWORD": password},
    )


def planned(incident: Incident, commander: User) -> Run:
    command = StepCommand.objects.get(step__incident=incident, effect="changes")
    run = execute.request_run(actor=commander, command_id=command.pk)
    plan.plan_run(run.pk, worker="test")
    run.refresh_from_db()
    return run


def approved(run: Run, engineer: User) -> Run:
    approval = Approval.objects.get(run=run)
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    return run


def done(run: Run) -> Run:
    work.execute_run(run.pk, worker="test")
    run.refresh_from_db()
    return run


def rows(*kinds: Any) -> str:  # Any: models
    return "".join(serializers.serialize("json", kind.objects.all()) for kind in kinds)


@pytest.fixture
def with_old(google: Simulator, commander: User, engineer: User) -> None:
    run = done(approved(planned(declared(google, commander, OLD), commander), engineer))
    assert run.state == "succeeded", run.message


@pytest.fixture
def waiting(with_old: None, google: Simulator, commander: User) -> Run:
    return planned(declared(google, commander, NEW), commander)


def test_a_change_of_a_password_is_done_and_seen_without_it(
    waiting: Run, commander: User, engineer: User
) -> None:
    run = done(approved(waiting, engineer))
    describe = StepCommand.objects.get(step__incident=run.incident, effect="reads")
    seen = done(execute.request_run(actor=commander, command_id=describe.pk))

    assert (run.state, seen.state) == ("succeeded", "succeeded"), run.message
    assert [check["passed"] for check in run.checks] == [True]
    kept = rows(TimelineEntry, Plan, Approval, OutputChunk)
    results = "".join(str([run.message, run.result, run.checks]) for run in Run.objects.all())
    for secret in (OLD, NEW):
        assert secret not in kept + results
    assert "value: '[redacted password]'" in kept or "value: [redacted" in kept


def test_the_plan_shows_that_the_password_differs(waiting: Run) -> None:
    (change,) = waiting.plan.changes
    assert change["before"].startswith("[redacted password ")
    assert change["after"].startswith("[redacted ")
    assert change["before"] != change["after"]
    assert waiting.plan.undo.startswith("gcloud run services update-traffic ")


def test_another_password_meanwhile_voids_the_approval(
    waiting: Run, google: Simulator, commander: User, engineer: User
) -> None:
    other = declared(google, commander, "third-hunter2-value")
    assert done(approved(planned(other, commander), engineer)).state == "succeeded"

    assert done(approved(waiting, engineer)).state == "void"
    assert "third-hunter2-value" not in waiting.message


@pytest.mark.parametrize(("is_sent", "verdict"), [(True, "applied"), (False, "not applied")])
def test_a_look_at_an_unknown_outcome_knows_the_password(
    waiting: Run, engineer: User, is_sent: bool, verdict: str
) -> None:
    approved(waiting, engineer)
    if is_sent:
        done(waiting)
    Run.objects.filter(pk=waiting.pk).update(state=RunState.UNKNOWN, probed_at=None, message="")

    probe_run(waiting.pk, worker="another")

    waiting.refresh_from_db()
    assert waiting.message.strip().startswith(f"Looked again: {verdict}.")


def test_what_is_as_asked_is_checked_with_the_password(
    with_old: None, google: Simulator, commander: User
) -> None:
    run = planned(declared(google, commander, OLD), commander)
    assert (run.state, [check["passed"] for check in run.checks]) == ("succeeded", [True])
