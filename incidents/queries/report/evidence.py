"""The facts of a report as Markdown: times, phases, changes, checks, the ladder, who and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incidents.queries.report.changes import Change
from incidents.queries.report.checks import CheckPair
from incidents.queries.report.facts import Facts
from incidents.queries.report.marks import block, code, code_cell, plain, title
from incidents.queries.report.told import Told
from incidents.queries.report.validated import Validations
from incidents.queries.report.wording import moment, span
from incidents.visible_text import readable

PHASES = "Phases against the plan"


def evidence(facts: Facts) -> Iterator[str]:
    """Blocks of Markdown, headings of level two and three among them."""
    yield from _times(facts)
    yield from _phases(facts)
    yield from _components(facts)
    yield from _changes(facts)
    yield from _checks(facts)
    yield from _validations(facts.validations)
    yield from _ladder(facts)
    yield from _people(facts)
    yield from _updates(facts)


def _times(facts: Facts) -> Iterator[str]:
    yield "## Times"
    rows = [(one.name, one.text, one.definition) for one in facts.measures]
    yield _table(("What", "How long", "Measured"), rows)


def _phases(facts: Facts) -> Iterator[str]:
    if not facts.gantt.bars:
        return
    yield f"## {PHASES}"
    rows = [
        (
            f"{bar.phase.position}. {title(bar.phase.title)}",
            bar.plan,
            bar.actual,
            bar.verdict,
            f"{bar.done} of {bar.total}",
        )
        for bar in facts.gantt.bars
    ]
    yield _table(("Phase", "Planned", "Took", "Against the plan", "Steps done"), rows)


def _components(facts: Facts) -> Iterator[str]:
    if not facts.components:
        return
    yield "## Components"
    rows = [
        (
            plain(fact.name),
            plain(fact.function),
            fact.sentence or "never affected",
            ", ".join(
                f"{spell.state} {moment(spell.began)} to {moment(spell.ended)}"
                for spell in fact.spells
            ),
        )
        for fact in facts.components
    ]
    yield _table(("Component", "Function", "Affected", "When"), rows)


def _changes(facts: Facts) -> Iterator[str]:
    if not facts.changes:
        return
    yield "## Changes"
    for change in facts.changes:
        yield f"### Run {change.run.number}: {title(change.step)}"
        yield block(change.command)
        if change.moves:
            moves = [
                (code_cell(one.path), code_cell(one.before), code_cell(one.after))
                for one in change.moves
            ]
            yield _table(("Field", "Before", "After"), moves)
        if change.left_out:
            yield f"… and {change.left_out} more fields."
        yield "\n".join(f"- {line}" for line in _of_change(change))


def _of_change(change: Change) -> Iterator[str]:
    run = change.run
    yield f"Effect: {run.effect} {code(change.resource)}"
    why = f": {plain(run.reason)}" if run.reason else ""
    yield f"Asked for by {plain(change.asked_by)} at {moment(run.requested_at)}{why}"
    if run.emergency_reason:
        yield f"Emergency: {plain(run.emergency_reason)}"
    if change.approval:
        yield f"Approval: {plain(change.approval)}"
    if change.waited is not None:
        yield f"Answered after {span(change.waited)}"
    for said in change.decisions:
        words = f": {plain(said.words)}" if said.words else ""
        yield f"{plain(said.person)} {said.verdict} at {said.at}{words}"
    for warning in change.warnings:
        yield f"Warning: {plain(warning)}"
    took = f" after {span(change.took)}" if change.took is not None else ""
    message = f": {plain(readable(run.message))}" if run.message else ""
    yield f"Outcome: {change.outcome}{took}{message}"
    if change.undo:
        yield f"To take it back: {', then '.join(map(code, change.undo.splitlines()))}"
    if change.why_no_undo:
        yield f"Nothing takes it back: {plain(change.why_no_undo)}"
    if change.undoes:
        yield f"Takes back run {change.undoes}"
    if change.undone_by:
        yield f"Taken back by run {', '.join(map(str, change.undone_by))}"


def _checks(facts: Facts) -> Iterator[str]:
    found = facts.diagnostics
    if not found.pairs:
        return
    yield "## Checks before and after"
    if found.telling:
        rows = [_of_check(pair) for pair in found.telling]
        yield _table(("Step", "Check", "First", "Last", "So"), rows)
    if found.quiet:
        yield f"{len(found.quiet)} passed whenever they were looked at. Found at last:"
        yield "\n".join(f"- {looked_at(one)}: {code(one.latest.found)}" for one in found.quiet)


def looked_at(pair: CheckPair) -> str:
    return f"{title(pair.step)}, {code(pair.resource)}" if pair.resource else title(pair.step)


def _of_check(pair: CheckPair) -> tuple[str, ...]:
    last = pair.after
    return (
        f"{title(pair.step)} {code_cell(pair.resource)}" if pair.resource else title(pair.step),
        code_cell(pair.expected),
        f"{pair.before.word}: {code_cell(pair.before.found)}",
        f"{last.word}: {code_cell(last.found)}" if last else "",
        pair.verdict,
    )


def _validations(found: Validations) -> Iterator[str]:
    if not found.facts:
        return
    yield "## Validation of the fix"
    for fact in found.facts:
        yield (
            f"{fact.number}. {moment(fact.at)}, asked for by {plain(fact.asked_by)}:"
            f" **{fact.verdict}**. {plain(fact.recommendation)} SHA-256 {code(fact.digest)}"
        )
    rows = [
        (one.category, plain(one.title), plain(one.before), plain(one.after), one.word)
        for one in found.criteria
    ]
    if rows:
        yield _table(("Category", "Criterion", "Before", "After", "So"), rows)
    if found.others:
        yield f"{found.others} more passed, and nothing else was found there before."


def _ladder(facts: Facts) -> Iterator[str]:
    if not facts.levels:
        return
    yield "## Escalation"
    rows = [
        (
            f"{level.number}, after {level.after}",
            plain(level.to) + (f" if {plain(level.condition)}" if level.condition else ""),
            level.word,
            ", ".join(filter(None, (moment(level.fired_at), level.lateness)))
            if level.fired_at
            else "",
            f"{plain(level.answered_by)} after {span(level.answered_after or 0)}"
            if level.answered_by
            else "",
        )
        for level in facts.levels
    ]
    yield _table(("Level", "Who", "State", "Fired", "Acknowledged by"), rows)


def _people(facts: Facts) -> Iterator[str]:
    yield "## Who had it"
    lines = [
        f"- {plain(one.person)} commanded from {moment(one.began)}, for {one.length}"
        for one in facts.watches
    ]
    lines += [
        f"- {plain(one.name)} had the work from {moment(one.since)}, for"
        f" {span(one.length.total_seconds())}"
        for one in facts.ball.spells
    ]
    yield "\n".join(lines)


def _updates(facts: Facts) -> Iterator[str]:
    if not (facts.words.updates or facts.words.overdue):
        return
    yield "## Updates"
    if facts.words.updates:
        rows = [_of_update(one) for one in facts.words.updates]
        yield _table(("When", "For", "By", "Words"), rows)
    yield "\n".join(f"- Overdue for {plain(late)}" for late in facts.words.overdue)


def _of_update(told: Told) -> tuple[str, ...]:
    return moment(told.at), plain(told.audience), plain(told.author), title(told.words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
