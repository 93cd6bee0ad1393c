"""What a worker needs in its hands to work at one run: the line, the target, a session."""

from __future__ import annotations

from dataclasses import dataclass, replace

from incidents.actions.storable import storable, storable_text
from incidents.models import Run
from incidents.redacting import PlanSecrets
from incidents.targets import programs_of, target_of
from runbook.cloud.errors import CloudError
from runbook.cloud.interruption import Watch, nobody
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Emit, FieldChange, Line, NotRunnable, Outcome, Plan, Probe
from runbook.commands.sentences import sentence

UNPLANNABLE = (CloudError, NotRunnable)


@dataclass(frozen=True, slots=True)
class Job:
    """Short names for `runbook.commands.running` with everything but the changing part given.

    Plans that come out of it and go into it are without secrets, as they are stored and approved;
    only what is compared with the resource gets them back.
    """

    line: Line
    target: Target
    session: Session
    secrets: PlanSecrets

    def identity(self) -> str:
        """Who the worker's credentials act as; asked before and after an approval, it must be the
        same. Raises `CloudError`."""
        return self.session.identity()

    def plan(self, watch: Watch = nobody) -> Plan:
        plan = running.plan(self.line, self.session, self.target, watch)
        return self.secrets.redacted(_storable(plan))

    def execute(self, emit: Emit, plan: Plan | None, watch: Watch = nobody) -> Outcome:
        whole = None if plan is None else self.as_read(plan)
        return running.execute(self.line, self.session, self.target, emit, whole, watch)

    def verify(self, plan: Plan) -> Probe:
        return running.verify(self.line, self.session, self.target, self.as_read(plan))

    def probe(self, plan: Plan) -> Probe:
        """Raises as `plan` does: the present values are read first where the plan lacks some."""
        if self.secrets.are_missing(plan):
            self.plan()
        return running.probe(self.line, self.session, self.target, self.as_read(plan))

    def as_read(self, plan: Plan) -> Plan:
        """The plan with the values that this job has seen."""
        return self.secrets.restored(plan)

    def words(self, error: CloudError | NotRunnable) -> str:
        """The sentence for one of `UNPLANNABLE`."""
        if isinstance(error, NotRunnable):
            return error.reason
        return sentence(error, self.line.command.resource)


def job_of(run: Run) -> Job:
    """The run must be loaded as `leases.LOADED` says. Raises `NotRunnable` for a text that no
    longer reads as exactly one command of the same effect, which a change of our own grammar could
    bring, and for a program that the environment no longer lists, or lists otherwise: who must
    approve follows from the effect."""
    environment = run.incident.environment
    read = shell.read(run.text, {}, programs_of(environment))
    if len(read.lines) != 1:
        raise NotRunnable(read.reason or "This text is more than one command. Ask for a new run.")
    if read.lines[0].command.effect != run.effect:
        raise NotRunnable(_reads_otherwise(run, read.lines[0]))
    target = target_of(environment)
    session = Session(target, request_id=str(run.request_id))
    return Job(read.lines[0], target, session, PlanSecrets(run))


def _storable(plan: Plan) -> Plan:
    """What a resource holds may be nothing that a database takes. Alike each time it is read, so
    that plans can still be compared."""
    return replace(
        plan,
        resource=storable_text(plan.resource),
        before=storable(plan.before),
        after=storable(plan.after),
        changes=tuple(map(_storable_change, plan.changes)),
        warnings=tuple(map(storable_text, plan.warnings)),
        refusals=tuple(map(storable_text, plan.refusals)),
        undo=storable_text(plan.undo),
        why_no_undo=storable_text(plan.why_no_undo),
    )


def _storable_change(change: FieldChange) -> FieldChange:
    return FieldChange(storable_text(change.path), storable(change.before), storable(change.after))


def _reads_otherwise(run: Run, line: Line) -> str:
    return (
        f"This command {line.command.effect.value} by now; it stands here as one that {run.effect}."
        " Edit it and save the same text, so that it is read anew; then ask again."
    )
