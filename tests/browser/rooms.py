"""Incidents in every state that pages can show: INC-1 is busy, INC-2 is protected and new, INC-3
is a drill, INC-4 is resolved. People sign in with `people.PASSWORD`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import checklist, declare, follow_ups, hand_off, library, resolve
from incidents.models import (
    Approval,
    Environment,
    Heartbeat,
    Incident,
    Membership,
    OutputChunk,
    Run,
    StepCommand,
)
from incidents.states import (
    ApprovalState,
    Audience,
    HandoffSide,
    LevelState,
    Role,
    RunState,
    Verdict,
)
from tests import factories
from tests.browser import health, made_changes, posted, told
from tests.browser.people import PASSWORD, PEOPLE

SOURCE = Path(__file__).resolve().parents[2] / "runbook/library/staging-cannot-reach-cloud-sql.md"
SLUG = "staging-cannot-reach-cloud-sql"

WIDE_TABLE = [
    "  ".join(f"{word:<28}" for word in ("NAME", "REGION", "NETWORK", "ERROR", "STATE")),
    "  ".join(f"{word:<28}" for word in ("staging-connector", "us-central1", "vpc", "-", "READY")),
    "    Failure threshold: 1",
]
NEWER = (
    SOURCE.read_bytes()
    .replace(b"parameters:\n", b"parameters:\n  TICKET: {about: Where people talk about it}\n")
    .replace(b"expires: 30m", b"expires: 20m")
    .replace(b"- [ ] The first update has gone", b"- [ ] In ${TICKET}: the first update has gone")
    .replace(b"- [ ] The connector is ready and has", b"- [ ] The connector is ready, and has")
)
LONG_VALUE = "spec.template.metadata.annotations = " + '{"run.googleapis.com/egress": "all"}, ' * 5


def furnish() -> None:
    Heartbeat.objects.create(process="clock", at=clock.now() + timedelta(days=1))
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
    told.furnish(rooms[0], commander, engineer)
    health.furnish(staging, production, rooms[0])
    posted.furnish(staging)
    ended = declare.declare(
        actor=commander,
        revision=revision,
        environment=staging,
        severity="P2",
        title="Checkout answered 502",
        parameters={},
    )
    resolve.resolve(actor=commander, incident_id=ended.pk, words="Rolled back.")
    wanted = follow_ups.Wanted("Widen the subnet", link="https://example.org/1")
    follow_ups.add(actor=commander, incident_id=ended.pk, wanted=wanted)
    library.add_revision(slug=SLUG, source=NEWER, is_shipped=True, actor=None)


def _people(*environments: Environment) -> tuple[User, User]:
    for username, (first, last, roles) in PEOPLE.items():
        person = User.objects.create_user(
            username, password=PASSWORD, first_name=first, last_name=last
        )
        for environment in environments:
            for role in roles:
                Membership.objects.create(person=person, environment=environment, role=Role(role))
    User.objects.filter(username="superuser").update(is_superuser=True, is_staff=True)
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
    _asked(changes[0], commander, list(incident.runs.order_by("pk")))
    factories.make_run(changes[1], engineer, RunState.UNKNOWN, message="No answer came back.")
    _void(changes[2], engineer)
    made_changes.furnish(incident, commander, engineer)
    incident.levels.filter(position=1).update(state=LevelState.FIRED, fired_at=clock.now())
    incident.updates.create(
        audience=Audience.LEADERSHIP,
        text="We **scale** the connector.",
        author=commander,
        at=clock.now(),
    )
    _handed_over(incident, commander, engineer)
    started = clock.now() - timedelta(minutes=107)
    Incident.objects.filter(pk=incident.pk).update(
        started_at=started, run_count=incident.runs.count()
    )


def _handed_over(incident: Incident, commander: User, engineer: User) -> None:
    handoff = hand_off.offer(
        actor=commander,
        incident_id=incident.pk,
        given_by="development",
        taken_by="infrastructure",
        done="The code is ruled out.",
        items={HandoffSide.ASKED: ["Repair the connector"]},
    )
    hand_off.accept(actor=commander, handoff_id=handoff.pk, person_id=engineer.pk)


def _asked(command: StepCommand, commander: User, diagnostics: list[Run]) -> None:
    """A question with a reason and evidence that waits for the second of two."""
    command.step.approve = "2 approvers + 1 network"
    command.step.save(update_fields=["approve"])
    approval = factories.make_waiting_approval(
        command, commander, run={"reason": "The pool of connections is used up."}
    )
    approval.evidence = [
        {
            "id": run.pk,
            "run": run.number,
            "text": run.shown,
            "state": "succeeded",
            "failed_checks": failed,
            "finished_at": clock.now().isoformat(timespec="seconds"),
            "digest": "0" * 64,
        }
        for run, failed in zip(diagnostics, (1, 0), strict=False)
    ]
    approval.save(update_fields=["evidence"])
    approval.decisions.create(
        person=User.objects.get(username="second"),
        verdict=Verdict.APPROVED,
        digest=approval.digest,
        words="Go, and watch the error rate.",
        roles=["approver"],
        at=clock.now(),
    )


def _void(command: StepCommand, engineer: User) -> None:
    void = factories.make_waiting_approval(command, engineer)
    moved = [
        {"what": "minInstances", "before": 1, "after": 2},
        {"what": "the environment's region", "before": "us-central1", "after": "europe-west1"},
    ]
    Approval.objects.filter(pk=void.pk).update(
        state=ApprovalState.VOID, void_reason="The connector moved meanwhile.", moved=moved
    )
    Run.objects.filter(pk=void.run_id).update(state=RunState.VOID)


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
