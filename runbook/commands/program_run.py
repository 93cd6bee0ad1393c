"""The command that a listed program becomes: planned as what it is, something nobody foresees."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Literal

from runbook.commands.base import (
    Cancelled,
    Caution,
    Effect,
    Emit,
    FieldChange,
    Outcome,
    Plan,
    Probe,
    StillRunning,
)
from runbook.commands.program_process import Ending, run_to_end
from runbook.commands.programs import Program
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class ProgramRun:
    program: Program
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.program.written

    @property
    def effect(self) -> Effect:
        return self.program.effect

    @property
    def resource(self) -> str:
        return self.program.name

    @property
    def project(self) -> str:
        return ""

    @property
    def argv(self) -> tuple[str, ...]:
        """What is started, without a shell."""
        return (*self.program.executable, *self.arguments)

    def as_gcloud(self) -> str:
        return shlex.join([*self.program.words, *self.arguments])

    def outside(self, target: Target) -> str:
        if self.program.name in target.programs:
            return ""
        return f"{self.program.name} is not a program that {target.name} lists."

    def cautions(self) -> tuple[Caution, ...]:
        return ()

    def plan(self, session: Session) -> Plan:  # noqa: ARG002 (part of the contract)
        started, seconds = shlex.join(self.argv), f"{self.program.seconds:g} s"
        return Plan(
            self.resource,
            before=None,
            after=None,
            changes=(FieldChange("program", before=None, after=self.as_gcloud()),),
            fingerprint=_fingerprint(self.program),
            warnings=(
                f"This runs {started} in {self.program.folder} for at most {seconds}.",
                "Nobody can foresee from here what a program of your own does.",
            ),
            why_no_undo="What a program of your own did cannot be taken back from here.",
        )

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        if self.effect is not Effect.READS and (
            plan is None or plan.fingerprint != _fingerprint(self.program)
        ):
            return Outcome("failed", "The list was changed since this was planned. Plan again.")
        try:
            return _outcome(self._run(session, emit), self.effect)
        except Cancelled as stop:
            if self.effect is Effect.READS:
                raise
            raise StillRunning("The program was ended half way; what it had done stays.") from stop

    def _run(self, session: Session, emit: Emit) -> Ending:
        return run_to_end(
            self.argv,
            folder=self.program.folder,
            variables=self.program.variables,
            seconds=min(self.program.seconds, session.target.deadline),
            emit=emit,
        )

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "The program ended well; what it did is not checked from here.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("differs", "Nothing tells from here whether the program took effect.")


def _outcome(ending: Ending, effect: Effect) -> Outcome:
    """A change that was stopped half way is `unknown`: some of it may have been done."""
    result: Json = {"exit": ending.status, "seconds": ending.seconds, "lines": ending.lines}
    if ending.why_not_started:
        return Outcome("failed", ending.why_not_started, result)
    if ending.was_stopped:
        state: Literal["failed", "unknown"] = "failed" if effect is Effect.READS else "unknown"
        return Outcome(state, f"Stopped after its time limit of {ending.seconds:.0f} s.", result)
    if ending.status:
        return Outcome("failed", f"The program ended with status {ending.status}.", result)
    return Outcome("succeeded", f"The program ended after {ending.seconds:.1f} s.", result)


def _fingerprint(program: Program) -> str:
    """Moves with any word of the list, so that an approval holds for what was read only."""
    return hashlib.sha256(repr(astuple(program)).encode()).hexdigest()
