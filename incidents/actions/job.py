"""What a worker needs in its hands to work at one run: the line, the target, a session."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.models import Run
from incidents.targets import programs_of, target_of
from runbook.cloud.errors import CloudError
from runbook.cloud.interruption import Watch, nobody
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Emit, Line, NotRunnable, Outcome, Plan, Probe
from runbook.commands.sentences import sentence

UNPLANNABLE = (CloudError, NotRunnable)


@dataclass(frozen=True, slots=True)
class Job:
    """Short names for `runbook.commands.running` with everything but the changing part given."""

    line: Line
    target: Target
    session: Session

    def identity(self) -> str:
        """Who the worker's credentials act as; asked before and after an approval, it must be the
        same. Raises `CloudError`."""
        return self.session.identity()

    def plan(self, watch: Watch = nobody) -> Plan:
        return running.plan(self.line, self.session, self.target, watch)

    def execute(self, emit: Emit, plan: Plan | None, watch: Watch = nobody) -> Outcome:
        return running.execute(self.line, self.session, self.target, emit, plan, watch)

    def verify(self, plan: Plan) -> Probe:
        return running.verify(self.line, self.session, self.target, plan)

    def probe(self, plan: Plan) -> Probe:
        return running.probe(self.line, self.session, self.target, plan)

    def words(self, error: CloudError | NotRunnable) -> str:
        """The sentence for one of `UNPLANNABLE`."""
        if isinstance(error, NotRunnable):
            return error.reason
        return sentence(error, self.line.command.resource)


def job_of(run: Run) -> Job:
    """The run must be loaded as `leases.LOADED` says. Raises `NotRunnable` for a text that no
    longer reads as exactly one command, which a change of our own grammar could bring, and for a
    program that the environment no longer lists."""
    environment = run.incident.environment
    read = shell.read(run.text, {}, programs_of(environment))
    if len(read.lines) != 1:
        raise NotRunnable(read.reason or "This text is more than one command. Ask for a new run.")
    target = target_of(environment)
    return Job(read.lines[0], target, Session(target, request_id=str(run.request_id)))
