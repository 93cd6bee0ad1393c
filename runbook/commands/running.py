"""The frame around one command line: its target, its time-out, its output filters, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook.cloud.beside import Beside
from runbook.cloud.errors import CloudError
from runbook.cloud.interruption import Watch, nobody, watched
from runbook.cloud.target import Target
from runbook.commands.attended import attended
from runbook.commands.base import (
    Cancelled,
    Effect,
    Emit,
    HandedBack,
    Line,
    NotRunnable,
    Outcome,
    Plan,
    Probe,
    StillRunning,
)
from runbook.commands.output_filters import filtered
from runbook.commands.sentences import outcome_of

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session


def plan(line: Line, session: Session, target: Target, watch: Watch = nobody) -> Plan:
    """Reads only. Raises `NotRunnable` outside of the target, `CloudError`, and what `watch`
    raises, at most two seconds later."""
    _check_inside(line, target)
    timed = _timed(line, session)
    if watch is nobody:
        return line.command.plan(timed)
    return Beside(lambda: line.command.plan(timed), watch, deadline=timed.target.deadline).run()


def execute(
    line: Line,
    session: Session,
    target: Target,
    emit: Emit,
    plan: Plan | None = None,
    watch: Watch = nobody,
) -> Outcome:
    """Runs the line once and gives its outcome; nothing but faults of ours is raised, and
    `HandedBack`.

    Output that the line's filters keep goes to `emit` as it appears, an error's sentence always.
    A cancellation that `emit` or `watch` raises becomes `cancelled`, or `unknown` once a change was
    sent. A read is left at most two seconds after `watch` begins to raise, and so are the reads of
    a change; what changes something is sent and waited for to its end.
    """
    outcome = _attempt(line, session, target, emit, plan, watch)
    if outcome.state in ("failed", "unknown"):
        _tell(emit, f"ERROR: {outcome.message}")
    return outcome


def _attempt(
    line: Line, session: Session, target: Target, emit: Emit, plan: Plan | None, watch: Watch
) -> Outcome:
    reason = line.command.outside(target)
    if reason:
        return Outcome("failed", f"{reason} Nothing was sent.")
    try:
        if line.command.effect is Effect.READS and watch is not nobody:
            return _read(line, session, emit, watch)
        with watched(watch), filtered(emit, line.filters) as kept:
            return line.command.execute(_timed(line, session), kept, plan)
    except HandedBack:
        raise
    except StillRunning as stop:
        return Outcome("unknown", str(stop))
    except Cancelled as stop:
        return Outcome("cancelled", str(stop) or "Cancelled.")
    except CloudError as error:
        return outcome_of(error, line.command.resource)


def _read(line: Line, session: Session, emit: Emit, watch: Watch) -> Outcome:
    timed = _timed(line, session)

    def work(heard: Emit) -> Outcome:
        with filtered(heard, line.filters) as kept:
            return line.command.execute(timed, kept)

    return attended(work, emit, watch, deadline=timed.target.deadline)


def _tell(emit: Emit, text: str) -> None:
    """A cancellation that arrives after the end changes nothing any more."""
    try:
        emit(text, "stderr")
    except Cancelled:
        return


def verify(line: Line, session: Session, target: Target, plan: Plan) -> Probe:
    """After `execute`: whether the resource holds what the plan promised. Raises like `plan`."""
    _check_inside(line, target)
    return line.command.verify(_timed(line, session), plan)


def probe(line: Line, session: Session, target: Target, plan: Plan) -> Probe:
    """For a run that ended `unknown`: did the change take effect? Raises like `plan`."""
    _check_inside(line, target)
    return line.command.probe(_timed(line, session), plan)


def _check_inside(line: Line, target: Target) -> None:
    reason = line.command.outside(target)
    if reason:
        raise NotRunnable(reason)


def _timed(line: Line, session: Session) -> Session:
    return session if line.timeout is None else session.within(line.timeout)
