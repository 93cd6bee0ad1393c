"""Opening a load test as an incident of one step, whose load waits for approval like any change."""

from __future__ import annotations

import shlex

from django.contrib.auth.models import User
from django.utils.text import slugify

from incidents.actions.execute import request_run
from incidents.actions.generated import declare_generated
from incidents.models import Environment, Incident, Run, StepCommand
from incidents.refusal import Refused
from incidents.states import Severity
from incidents.targets import target_of
from runbook.commands import shell
from runbook.document.checks import evaluate
from runbook.document.definition import Check, Json

_RUNBOOK = """\
# {title}

A load that somebody asked for by hand. Who uses the site meanwhile may be served late.

## Load
- [ ] Send the load
  ```bash
  {line}
  ```
  {expectations}
"""
EXPECTATIONS = ("error_rate < 0.01", "unanswered_time < 0.01", "p95 < 5")
"""What makes a load borne, in the words of checks. The second is for connections that hang: they
ask nothing more, and those that are answered ask thousands of times meanwhile."""


def line_of(url: str, *, connections: str, duration: str) -> str:
    """The command as a runbook writes it."""
    words = ["--concurrent-connections", connections, "--duration", duration]
    return shlex.join(["loadtest", url, *words])


def failed_expectations(result: Json) -> list[str]:
    """A sentence for each that does not hold."""
    checks = [Check(expression, level="expect", line=0) for expression in EXPECTATIONS]
    return [
        f"Expected {found.expression}, found {found.found or 'nothing'}."
        for check in checks
        for found in evaluate(check, result)
        if found.passed is not True
    ]


def open_load_test(*, actor: User, environment: Environment, line: str) -> Run:
    """A new incident whose one step is the line, and its run, which workers plan and people
    approve. Refuses, saving nothing, what is no load or leads outside of the environment."""
    read = shell.read(line, {})
    if len(read.lines) != 1:
        raise Refused(read.reason or "This is not one load test.", status=422)
    command = read.lines[0].command
    outside = command.outside(target_of(environment))
    if outside:
        raise Refused(outside, status=422)
    title = f"Load test of {command.resource}"[:200]
    incident = declare_generated(
        actor=actor,
        environment=environment,
        slug=f"load-test-{slugify(environment.name)}"[:80],
        markdown=_RUNBOOK.format(
            title=title,
            line=line,
            expectations="\n  ".join(f"Expect: `{one}`" for one in EXPECTATIONS),
        ),
        severity=Severity.P4,
        title=title,
    )
    return ask_in(actor=actor, incident=incident, line=line)


def ask_in(*, actor: User, incident: Incident, line: str) -> Run:
    """A run of the incident's own step that has this very line."""
    texts = [one.text for one in shell.read(line, {}).lines]
    commands = StepCommand.objects.filter(step__incident=incident, text__in=texts)
    command = commands.order_by("step__position", "position").first()
    if command is None:
        raise Refused(
            f"{incident.name} has no step with this load test. Add it to its runbook and take the"
            " new revision, or open the load test as an incident of its own.",
            status=422,
        )
    return request_run(actor=actor, command_id=command.pk, reason="a load test")
