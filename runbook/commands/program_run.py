"""The command that a listed program becomes: planned as what it is, something nobody foresees."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import Caution, Effect, Emit, Outcome, Plan, Probe
from runbook.commands.programs import Program

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
            changes=(),
            fingerprint=_fingerprint(self.program),
            warnings=(
                f"This runs {started} in {self.program.folder} for at most {seconds}.",
                "Nobody can foresee from here what a program of your own does.",
            ),
            why_no_undo="What a program of your own did cannot be taken back from here.",
        )

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        raise NotImplementedError

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "The program ended well; what it did is not checked from here.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("differs", "Nothing tells from here whether the program took effect.")


def _fingerprint(program: Program) -> str:
    """Moves with any word of the list, so that an approval holds for what was read only."""
    return hashlib.sha256(repr(astuple(program)).encode()).hexdigest()
