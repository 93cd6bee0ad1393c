"""What the diagnostics found when they were first run, and when they were last run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.models import Incident, Run
from incidents.queries.report.wording import said
from incidents.queries.wording import short_resource
from incidents.states import ENDED_RUN_STATES, EffectChoice
from incidents.visible_text import visible


@dataclass(frozen=True, slots=True)
class Look:
    """What one run found for one check. `passed` is None when the check could not be made."""

    run: int
    at: datetime
    found: str
    passed: bool | None

    @property
    def word(self) -> str:
        return {True: "passed", False: "failed", None: "could not be made"}[self.passed]


@dataclass(frozen=True, slots=True)
class CheckPair:
    """`expected` is one condition, of which a check may hold several. `after` is None when the
    diagnostic was run once."""

    step: str
    resource: str
    expected: str
    before: Look
    after: Look | None

    @property
    def latest(self) -> Look:
        return self.after or self.before

    @property
    def is_quiet(self) -> bool:
        """It never was otherwise than expected."""
        return self.before.passed is True and self.latest.passed is True

    @property
    def verdict(self) -> str:
        """What became of it, in a word or two."""
        if self.after is None:
            return f"{self.before.word}, looked at once"
        if self.before.passed is True:
            return "still passed" if self.after.passed else "passed, then failed"
        return "mended" if self.after.passed else "still failed"


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """`runs` counts every read that ended, also those without checks."""

    runs: int
    pairs: tuple[CheckPair, ...]

    @property
    def telling(self) -> list[CheckPair]:
        return [pair for pair in self.pairs if not pair.is_quiet]

    @property
    def quiet(self) -> list[CheckPair]:
        return [pair for pair in self.pairs if pair.is_quiet]

    @property
    def failed_first(self) -> list[CheckPair]:
        return [pair for pair in self.pairs if pair.before.passed is not True]

    @property
    def failed_last(self) -> list[CheckPair]:
        return [pair for pair in self.pairs if pair.latest.passed is not True]


def read_diagnostics(incident: Incident) -> Diagnostics:
    runs = (
        incident.runs.filter(effect=EffectChoice.READS, state__in=sorted(ENDED_RUN_STATES))
        .exclude(finished_at=None)
        .select_related("command__step")
        .defer("result", "message")
        .order_by("number")
    )
    of_command: dict[int, list[Run]] = {}
    count = 0
    for run in runs:
        count += 1
        if run.checks:
            of_command.setdefault(run.command_id, []).append(run)
    rows = sorted(of_command.values(), key=lambda found: _place(found[0]))
    return Diagnostics(count, tuple(pair for found in rows for pair in _pairs(found)))


def _place(run: Run) -> tuple[int, int]:
    command = run.command
    return command.step.position, command.position


def _pairs(runs: list[Run]) -> list[CheckPair]:
    first, last = runs[0], runs[-1]
    later = {_condition(check): check for check in last.checks} if last is not first else {}
    return [
        CheckPair(
            step=first.command.step.title,
            resource=short_resource(first.resource),
            expected=visible(_condition(check)),
            before=_look(first, check),
            after=_look(last, later[_condition(check)]) if _condition(check) in later else None,
        )
        for check in first.checks
    ]


def _condition(check: dict[str, Any]) -> str:  # Any: JSON of a check
    """What tells the parts of a check apart: each is held against the same part later."""
    return str(check.get("expected") or check["expression"])


def _look(run: Run, check: dict[str, Any]) -> Look:  # Any: JSON of a check
    assert run.finished_at is not None  # noqa: S101  (the query leaves others out)
    return Look(run.number, run.finished_at, said(check.get("found")), check["passed"])
