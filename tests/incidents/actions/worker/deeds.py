"""What people and workers do in these tests, one function a sentence."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents.actions import approve, execute, plan, work
from incidents.actions.declare import declare
from incidents.models import (
    Approval,
    Environment,
    Incident,
    OutputChunk,
    Run,
    StepCommand,
)
from incidents.targets import target_of
from runbook.cloud.sessions import Session
from runbook.commands import running, shell
from tests import factories

BRIEF = f"""# Scale the connector

## Repair
- [ ] Look at the connector
  ```bash
  {factories.DESCRIBE}
  ```
- [ ] Scale the connector
  ```bash
  {factories.UPDATE}
  ```
  Expect: `minInstances == 3`
- [ ] Let the database have more memory for each sort
  ```bash
  gcloud sql instances patch netra-staging-db --database-flags=work_mem=8192 --project=netra-staging
  ```
"""


HOSTS = ["staging.netrasystems.ai", "api-staging.netrasystems.ai"]


def point_at(environment: Environment, endpoint: str) -> None:
    environment.endpoint = endpoint
    environment.allowed_hosts = HOSTS
    environment.routes = dict.fromkeys(HOSTS, endpoint)
    environment.save()


def declare_brief(commander: User, *, endpoint: str) -> Incident:
    environment = factories.make_environment()
    environment.endpoint = endpoint
    environment.save()
    return declare(
        actor=commander,
        revision=factories.make_revision(BRIEF.encode()),
        environment=environment,
        severity="P1",
        title="The connector is too small",
        parameters={},
    )


def command_with(incident: Incident, words: str) -> StepCommand:
    found = StepCommand.objects.filter(step__incident=incident, text__contains=words)
    first = found.exclude(effect="").first()
    assert first is not None, f"no command with {words}"
    return first


def run_read(person: User, command: StepCommand) -> Run:
    run = execute.request_run(actor=person, command_id=command.pk)
    work.execute_run(run.pk, worker="test")
    run.refresh_from_db()
    return run


def asked(person: User, command: StepCommand) -> Approval:
    run = execute.request_run(actor=person, command_id=command.pk)
    plan.plan_run(run.pk, worker="test")
    return Approval.objects.get(run=run)


def output_of(run: Run) -> list[str]:
    chunks = OutputChunk.objects.filter(run=run).order_by("first")
    return [line for chunk in chunks for line in chunk.text.split("\n")]


def change_by_somebody_else(incident: Incident, text: str) -> None:
    """What a colleague does with gcloud in a terminal, past Runbook."""
    target = target_of(incident.environment)
    session = Session(target)
    line = shell.read(text, {}).lines[0]
    done = running.execute(
        line, session, target, lambda *_: None, running.plan(line, session, target)
    )
    assert done.state == "succeeded", done.message


def approved(incident: Incident, commander: User, engineer: User) -> Run:
    approval = asked(commander, command_with(incident, "connectors update staging-connector"))
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    return Run.objects.get(pk=approval.run_id)
