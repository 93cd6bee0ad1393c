"""One line of a runbook run by hand, as a worker would run it, with the exit status of gcloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.cloud.target import Target
from runbook.commands import running
from runbook.commands.base import Effect, Emit, Line, Outcome, Plan, Runnable
from runbook.commands.belonging import region_of
from runbook.commands.sentences import sentence

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

FAILED, REFUSED, NOT_RUN, UNKNOWN = 1, 2, 3, 4
"""Beside 0. `FAILED` and `REFUSED` (the words themselves) are gcloud's; `NOT_RUN` is ours for what
gcloud would take, `UNKNOWN` for a change of which nobody knows whether it took effect."""

_STATUS = {"succeeded": 0, "failed": FAILED, "cancelled": FAILED, "unknown": UNKNOWN}


def _nobody(_outcome: Outcome) -> None:
    """Listens to nothing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`session` makes the session for a target. Without `allows_changes` lines that change
    something are not run. With `takes_place_of_line` the target is the project and region that a
    line itself names. `heard` is told of what each line came to."""

    target: Target
    session: Callable[[Target], Session]
    emit: Emit
    allows_changes: bool = False
    takes_place_of_line: bool = False
    heard: Callable[[Outcome], None] = _nobody

    def attempt(self, read: Runnable) -> int:
        """Runs the lines in order up to the first that does not succeed, and gives its status."""
        if not read.lines:
            self._say(read.reason)
            if read.instead:
                self._say(f"Write instead: {read.instead}", label="")
            return read.gcloud_exit or NOT_RUN
        for line in read.lines:
            status = self._attempt_line(line)
            if status:
                return status
        return 0

    def _attempt_line(self, line: Line) -> int:
        command, target = line.command, self._target_of(line)
        if command.effect is not Effect.READS and not self.allows_changes:
            self._say(f"This line {command.effect}; it is not run without --allow-changes.")
            return NOT_RUN
        outside = command.outside(target)
        if outside:
            self._say(outside)
            return NOT_RUN
        session = self.session(target)
        try:
            plan = self._planned(line, session, target)
        except CloudError as error:
            self._say(sentence(error, command.resource))
            return FAILED
        if plan is not None and plan.refusals:
            for refusal in plan.refusals:
                self._say(refusal)
            return FAILED
        outcome = running.execute(line, session, target, self.emit, plan)
        self.heard(outcome)
        return self._status(outcome)

    def _planned(self, line: Line, session: Session, target: Target) -> Plan | None:
        if line.command.effect is Effect.READS:
            return None
        plan = running.plan(line, session, target)
        for warning in plan.warnings:
            self._say(warning, label="WARNING: ")
        return plan

    def _status(self, outcome: Outcome) -> int:
        return _STATUS[outcome.state]

    def _target_of(self, line: Line) -> Target:
        if not self.takes_place_of_line:
            return self.target
        region = region_of(line.command.resource) or self.target.region
        return replace(self.target, project=line.command.project, region=region)

    def _say(self, text: str, *, label: str = "ERROR: ") -> None:
        self.emit(f"{label}{text}", "stderr")
