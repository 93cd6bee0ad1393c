"""Declaring: who may, which parameters are safe, and what the rows hold."""

import pytest
from django.contrib.auth.models import User

from incidents.actions.declare import declare
from incidents.models import Environment, Incident, Revision, StepCommand
from incidents.refusal import Refused
from runbook.document.approval_policy import PolicyError, parse_policy
from tests import factories

SOURCE = b"""---
severity: P1
parameters:
  CONNECTOR: {value: staging-connector, about: the connector}
  TICKET: {about: where people talk}
escalation:
  - {after: 2h, to: [infrastructure-lead], then: [open a support case]}
updates: {leadership: 1h}
---
# The connector is slow

## Phase 1: Look (30 min) @infrastructure

- [ ] The connector is ready
  ```bash
  gcloud compute networks vpc-access connectors describe ${CONNECTOR} \\
    --region=${REGION} --project=${PROJECT}
  ```
  Expect: `name.endsWith("/${CONNECTOR}")`
- [ ] Another project's connector
  ```bash
  gcloud compute networks vpc-access connectors describe x \\
    --region=us-central1 --project=somebody-else
  ```
- [ ] Clean up
  ```bash
  rm -rf /tmp/${TICKET}
  ```
"""


@pytest.fixture
def revision(db: None) -> Revision:
    return factories.make_revision(SOURCE)


@pytest.fixture
def environment(db: None) -> Environment:
    return factories.make_environment()


def start(actor: User, revision: Revision, environment: Environment, **parameters: str) -> Incident:
    return declare(
        actor=actor,
        revision=revision,
        environment=environment,
        severity="P1",
        title="Slow",
        parameters=parameters,
    )


def test_declare_fills_parameters_into_commands_and_checks(
    commander: User, revision: Revision, environment: Environment
) -> None:
    incident = start(commander, revision, environment, TICKET="OPS-1", CONNECTOR="c2")

    first = StepCommand.objects.filter(step__incident=incident).order_by("step__position")[0]
    assert "describe c2 " in first.text
    assert "--project=netra-staging" in first.text
    assert first.checks[0]["expression"] == 'name.endsWith("/c2")'
    assert first.effect == "reads"


def test_declare_shows_another_projects_command_and_does_not_run_it(
    commander: User, revision: Revision, environment: Environment
) -> None:
    incident = start(commander, revision, environment, TICKET="OPS-1")

    other = StepCommand.objects.get(step__incident=incident, text__contains="somebody-else")
    assert other.effect == ""
    assert "somebody-else" in other.reason
    assert "netra-staging" in other.reason


def test_declare_shows_unknown_commands_filled_with_the_reason(
    commander: User, revision: Revision, environment: Environment
) -> None:
    incident = start(commander, revision, environment, TICKET="OPS-1")

    shown = StepCommand.objects.get(step__incident=incident, text__contains="rm -rf")
    assert (shown.text, shown.is_runnable) == ("rm -rf /tmp/OPS-1", False)
    assert shown.reason


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("-rf", "dash"),
        ("a\nb", "line break"),
        ("$(id)", "shell"),
        ("x" * 201, "201 characters"),
        ("   ", "TICKET"),
    ],
)
def test_declare_refuses_parameters_that_are_not_safe(
    commander: User, revision: Revision, environment: Environment, value: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        start(commander, revision, environment, TICKET=value)

    assert words in refused.value.sentence
    assert not Incident.objects.exists()


def test_declare_without_a_needed_parameter_names_it(
    commander: User, revision: Revision, environment: Environment
) -> None:
    with pytest.raises(Refused, match="TICKET"):
        start(commander, revision, environment)


def test_declare_lets_nobody_choose_another_project(
    commander: User, revision: Revision, environment: Environment
) -> None:
    incident = start(commander, revision, environment, TICKET="OPS-1", PROJECT="somebody-else")

    assert incident.parameters["PROJECT"] == "netra-staging"


def test_declare_by_an_engineer_is_refused(
    engineer: User, revision: Revision, environment: Environment
) -> None:
    with pytest.raises(Refused, match="commander"):
        start(engineer, revision, environment, TICKET="OPS-1")


def test_declare_starts_the_clocks(
    commander: User, revision: Revision, environment: Environment
) -> None:
    incident = start(commander, revision, environment, TICKET="OPS-1")

    due = {
        (timer.kind, timer.key): (timer.due_at - incident.started_at).total_seconds()
        for timer in incident.timers.all()
    }
    phase = incident.phases.get(position=1)
    assert due == {
        ("escalation", "1"): 7200,
        ("update due", "leadership"): 3600,
        ("phase overrun", str(phase.pk)): 1800,
    }


def test_a_policy_of_a_step_that_is_too_long_asks_for_two_and_not_for_less(
    commander: User, environment: Environment
) -> None:
    policy = f"1 approver{' ' * 195}+ 3 infrastructure"
    text = f'# Down\n- [ ] a\n  ```bash {{approve="{policy}"}}\n  rm x\n  ```\n'

    incident = start(commander, factories.make_revision(text.encode()), environment)

    kept = incident.steps.get().approve
    assert len(kept) == 200
    with pytest.raises(PolicyError):
        parse_policy(kept)


def test_components_that_are_called_alike_are_one(
    commander: User, environment: Environment
) -> None:
    revision = factories.make_revision(
        b"---\ncomponents: [API, API, Pages]\n---\n# Down\n- [ ] a\n"
    )

    incident = start(commander, revision, environment)

    assert [component.name for component in incident.components.all()] == ["API", "Pages"]
