"""Incidents in every state that pages can show: INC-1 is busy, INC-2 is protected and new, INC-3
is a drill, INC-4 is resolved. People sign in with `people.PASSWORD`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import checklist, declare, library, resolve
from incidents.models import (
    Approval,
    Environment,
    Incident,
    Membership,
    OutputChunk,
    Run,
    StepCommand,
)
from incidents.states import ApprovalState, Audience, LevelState, Role, RunState
from tests import factories
from tests.browser.people import PASSWORD, PEOPLE

SOURCE = Path(__file__).resolve().parents[2] / "runbook/library/staging-cannot-reach-cloud-sql.md"
SLUG = "staging-cannot-reach-cloud-sql"

WIDE_TABLE = [
    "  ".join(f"{word:<28}" for word in ("NAME", "REGION", "NETWORK", "ERROR", "STATE")),
    "  ".join(f"{word:<28}" for word in ("staging-connector", "us-central1", "vpc", "-", "READY")),
    "    Failure threshold: 1",
]
LONG_VALUE = "spec.template.metadata.annotations = " + '{"run.googleapis.com/egress": "all"}, ' * 5


def furnish() -> None:
    staging = factories.make_environment()
    production = factories.make_environment("production", endpoint="")
    Environment.objects.filter(pk=production.pk).update(is_protected=True)
    commander, engineer = _people(staging, production)
    revision, _ = library.add_revision(
        slug=SLUG, source=SOURCE.read_bytes(), is_shipped=True, actor=None
    )
    titles = {"Staging is down": staging, "Sign-in is slow": production, "A drill": staging}
    rooms = [
        declare.declare(
            actor=commander,
            revision=revision,
            environment=environment,
            severity=severity,
            title=title,
            parameters={},
            is_drill=title == "A drill",
        )
        for severity, (title, environment) in zip(("P0", "P1", "P3"), titles.items(), strict=True)
    ]
    _busy(rooms[0], commander, engineer)
    ended = declare.declare(
        actor=commander,
        revision=revision,
        environment=staging,
        severity="P2",
        title="Checkout answered 502",
        parameters={},
    )
    resolve.resolve(actor=commander, incident_id=ended.pk, words="Rolled back.")


def _people(*environments: Environment) -> tuple[User, User]:
    for username, (first, last, roles) in PEOPLE.items():
        person = User.objects.create_user(
            username, password=PASSWORD, first_name=first, last_name=last
        )
        for environment in environments:
            for role in roles:
                Membership.objects.create(person=person, environment=environment, role=Role(role))
    return User.objects.get(username="commander"), User.objects.get(username="engineer")


def _busy(incident: Incident, commander: User, engineer: User) -> None:
    steps = list(incident.steps.filter(commands__isnull=True)[:3])
    checklist.tick(actor=commander, step_id=steps[0].pk)
    checklist.skip(actor=engineer, step_id=steps[1].pk, reason="not needed here")
    reads = StepCommand.objects.filter(step__incident=incident, effect="reads")
    changes = StepCommand.objects.filter(step__incident=incident, effect="changes")
    for command, state in zip(
        reads, (RunState.SUCCEEDED, RunState.FAILED, RunState.RUNNING), strict=False
    ):
        _with_output(factories.make_run(command, commander, state))
    approval = factories.make_waiting_approval(changes[0], commander)
    approval.evidence = [
        {"run": 1, "text": reads[0].text, "state": "succeeded", "failed_checks": 1},
        {"run": 2, "text": reads[1].text, "state": "succeeded", "failed_checks": 0},
    ]
    approval.save(update_fields=["evidence"])
    factories.make_run(changes[1], engineer, RunState.UNKNOWN, message="No answer came back.")
    void = factories.make_waiting_approval(changes[2], engineer)
    Approval.objects.filter(pk=void.pk).update(
        state=ApprovalState.VOID, void_reason="minInstances moved from 1 to 2."
    )
    Run.objects.filter(pk=void.run_id).update(state=RunState.VOID)
    incident.levels.filter(position=1).update(state=LevelState.FIRED, fired_at=clock.now())
    incident.updates.create(
        audience=Audience.LEADERSHIP,
        text="We **scale** the connector.",
        author=commander,
        at=clock.now(),
    )
    started = clock.now() - timedelta(minutes=107)
    Incident.objects.filter(pk=incident.pk).update(
        started_at=started, run_count=incident.runs.count()
    )


def _with_output(run: Run) -> None:
    """What succeeded printed a wide table; a check that holds found something long."""
    lines = [f"line {number}" for number in range(1, 41)] + ["ERROR: quota exceeded"]
    if run.state == RunState.SUCCEEDED:
        lines = [*WIDE_TABLE, *lines][:41]
    OutputChunk.objects.create(run=run, first=1, last=41, text="\n".join(lines), at=clock.now())
    checks = [
        {"expression": c["expression"], "level": c["level"], "expected": c["expression"],
         "found": LONG_VALUE if place else 1, "passed": place > 0, "problem": ""}
        for place, c in enumerate(run.command.checks)
    ]  # fmt: skip
    Run.objects.filter(pk=run.pk).update(
        last_line=41, checks=[] if run.state == RunState.RUNNING else checks, started_at=clock.now()
    )
