"""What a newer revision of a runbook brings: steps by their keys, and the rules around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from runbook.document.clock_words import cadence_rule, level_rule
from runbook.document.definition import Handoff, Phase, Runbook, Step
from runbook.document.differences import paired
from runbook.document.durations import words


@dataclass(frozen=True, slots=True)
class CommandDifference:
    """None on the side that does not have the command. Parameters are not filled in."""

    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class StepDifference:
    """`title` and `phase` are the newer ones. `has_new_words`: its title, text, role or checks
    differ; `moved_from` is the phase that it stood in, "" while it stays there."""

    kind: Literal["new", "gone", "changed"]
    key: str
    title: str
    phase: str
    has_new_words: bool = False
    moved_from: str = ""
    commands: tuple[CommandDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """Something besides steps, in words; "" for nothing."""

    what: str
    before: str
    after: str


def step_differences(old: Runbook, new: Runbook) -> tuple[StepDifference, ...]:
    """Those that differ, in the order of both documents together."""
    before = {step.key: (phase, step) for phase, step in _steps(old)}
    after = {step.key: (phase, step) for phase, step in _steps(new)}
    keys = list(before), list(after)
    found: list[StepDifference | None] = []
    for left, right in paired(*keys):
        if left is not None and keys[0][left] not in after:
            found.append(_one_sided("gone", *before[keys[0][left]]))
        if right is not None:
            key = keys[1][right]
            found.append(
                _changed(*before[key], *after[key])
                if key in before
                else _one_sided("new", *after[key])
            )
    return tuple(one for one in found if one is not None)


def rule_differences(old: Runbook, new: Runbook) -> tuple[RuleDifference, ...]:
    """Approval policies, escalation, updates, components and roles, where they differ."""
    was, now = dict(_rules(old)), dict(_rules(new))
    names = dict.fromkeys([*now, *was])
    every = (RuleDifference(name, was.get(name, ""), now.get(name, "")) for name in names)
    return tuple(one for one in every if one.before != one.after)


def _steps(document: Runbook) -> Iterator[tuple[Phase, Step]]:
    for phase in document.phases:
        waiting = [*reversed(phase.exit_criteria), *reversed(phase.steps)]
        while waiting:
            step = waiting.pop()
            yield phase, step
            waiting += reversed(step.steps)


def _one_sided(kind: Literal["new", "gone"], phase: Phase, step: Step) -> StepDifference:
    sides = [(None, c.text) if kind == "new" else (c.text, None) for c in step.commands]
    commands = tuple(CommandDifference(*side) for side in sides)
    return StepDifference(kind, step.key, step.title, phase.title, commands=commands)


def _changed(was_in: Phase, was: Step, phase: Phase, step: Step) -> StepDifference | None:
    texts = [c.text for c in was.commands], [c.text for c in step.commands]
    pairs = [
        CommandDifference(None if i is None else texts[0][i], None if j is None else texts[1][j])
        for i, j in paired(*texts)
    ]
    difference = StepDifference(
        kind="changed",
        key=step.key,
        title=step.title,
        phase=phase.title,
        has_new_words=_words(was) != _words(step),
        moved_from="" if was_in.title == phase.title else was_in.title,
        commands=tuple(pair for pair in pairs if pair.before != pair.after),
    )
    is_same = not (difference.has_new_words or difference.moved_from or difference.commands)
    return None if is_same else difference


def _words(step: Step) -> tuple[object, ...]:
    checks = [(c.expression, c.level) for command in step.commands for c in command.checks]
    approve = step.attributes.approve
    return (step.title, step.body, step.role, step.kind, step.is_conditional, approve, checks)


def _rules(document: Runbook) -> Iterator[tuple[str, str]]:
    approval = document.approval
    yield "changes need", approval.changes
    yield "what destroys needs", approval.destroys
    yield "an approval holds", f"{approval.expires // 60} min"
    for number, level in enumerate(document.escalation, start=1):
        yield f"escalation level {number}", level_rule(level)
    for cadence in document.updates:
        yield f"updates for {cadence.audience}", cadence_rule(cadence)
    yield "the report is due", f"within {words(document.report)}"
    for component in document.components:
        yield f"component {component.name}", component.function or "listed"
    for name, who in document.roles.items():
        yield f"role {name}", who or "named"
    yield "stakeholders", ", ".join(document.stakeholders)
    yield "GitHub", " ".join((document.github.issue, *document.github.labels)).strip()
    for handoff in document.handoffs:
        yield f"handoff {handoff.given_by} to {handoff.taken_by}", _handoff(handoff)


def _handoff(handoff: Handoff) -> str:
    parts = (*handoff.asked, *handoff.done, *handoff.giver, *handoff.taker)
    return ", ".join(parts) or "named"
