"""The first draft of each section, made of facts: a start for whoever knows more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from incidents.queries.report.evidence import looked_at
from incidents.queries.report.facts import Facts
from incidents.queries.report.marks import code, plain, title
from incidents.queries.report.told import NOBODY
from incidents.queries.report.wording import counted, listed, moment, span
from incidents.states import ReportSection, RunState

MOST = 12
NOTHING_SHOWS = "Nothing that Runbook has seen shows it. Whoever was there knows: write it here."
BAD_ENDS = (RunState.FAILED, RunState.UNKNOWN, RunState.REJECTED, RunState.EXPIRED, RunState.VOID)
LATE_FROM = 60


def draft(section: str, facts: Facts) -> str:
    """Markdown."""
    return DRAFTS[ReportSection(section)](facts)


def _summary(facts: Facts) -> str:
    incident = facts.incident
    kind = "drill" if incident.is_drill else "incident"
    began = (
        f"{incident.name}, “{plain(incident.title)}”, was a {incident.severity} {kind} in"
        f" {plain(str(incident.environment))}. It began at {moment(incident.started_at)}"
    )
    end = (
        f" and was {incident.get_state_display().lower()} at {moment(facts.until)}, after"
        f" {facts.length}."
        if facts.is_over
        else " and goes on; this is what is known so far."
    )
    parts = [f"{began}{end} {_commanders(facts)} commanded.", _done(facts)]
    if incident.resolution:
        parts.append(f"How it ended: {plain(incident.resolution)}")
    return "\n\n".join(part for part in parts if part)


def _commanders(facts: Facts) -> str:
    names = dict.fromkeys(watch.person for watch in facts.watches)
    return listed([plain(name) for name in names if name != NOBODY] or [NOBODY])


def _done(facts: Facts) -> str:
    made = [change for change in facts.changes if change.run.state == RunState.SUCCEEDED]
    runs = facts.diagnostics.runs
    looked = (
        f"{counted(runs, 'diagnostic')} looked at what is there"
        if runs
        else "No diagnostic was run here"
    )
    if not made:
        return f"{looked}; nothing was changed through Runbook."
    lines = [
        f"- {title(change.step)}: {code(change.command)} (run {change.run.number})"
        for change in made
    ]
    head = f"{looked}; {counted(len(made), 'change')} {'was' if len(made) == 1 else 'were'} made:"
    return f"{head}\n\n{_list(lines)}"


def _impact(facts: Facts) -> str:
    lines = [
        f"- **{plain(fact.name)}**"
        + (f" ({plain(fact.function)})" if fact.function else "")
        + f" was {fact.sentence}."
        for fact in facts.components
        if fact.sentence
    ]
    # what the runbook says is Markdown already, and is rendered with the same care as all words
    parts = [facts.incident.impact.strip(), "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) or NOTHING_SHOWS


def _causes(facts: Facts) -> str:
    failed = facts.diagnostics.failed_first
    if not failed:
        return NOTHING_SHOWS
    lines = [
        f"- {looked_at(pair)}: {code(pair.expected)} found {code(pair.before.found)}"
        for pair in failed
    ]
    return (
        "The cause has not been written down yet. What did not fit when it was first looked"
        f" at:\n\n{_list(list(dict.fromkeys(lines)))}"
    )


def _well(facts: Facts) -> str:
    return _list([f"- {sentence}" for sentence in _good(facts)]) or NOTHING_SHOWS


def _good(facts: Facts) -> Iterable[str]:
    mended = [pair for pair in facts.diagnostics.pairs if pair.verdict == "mended"]
    if mended:
        yield f"{counted(len(mended), 'check')} that failed at first passed at the end."
    for bar in facts.gantt.bars:
        if bar.verdict == "within the plan" and bar.word == "completed":
            yield f"“{title(bar.phase.title)}” took {bar.actual} and was planned for {bar.plan}."
    if facts.words.updates and not facts.words.overdue:
        yield f"{counted(len(facts.words.updates), 'update')} went out, none of them late."
    answered = [level for level in facts.fired if level.answered_after is not None]
    for level in answered:
        yield (
            f"Level {level.number} was acknowledged by {plain(level.answered_by)} after"
            f" {span(level.answered_after or 0)}."
        )


def _badly(facts: Facts) -> str:
    sentences = dict.fromkeys(_bad(facts))
    return _list([f"- {sentence}" for sentence in sentences]) or NOTHING_SHOWS


def _bad(facts: Facts) -> Iterable[str]:
    for change in facts.changes:
        if change.run.state in BAD_ENDS:
            words = f": {plain(change.run.message)}" if change.run.message else "."
            yield f"Run {change.run.number} ({code(change.command)}) ended {change.outcome}{words}"
    for bar in facts.gantt.bars:
        if bar.over:
            yield (
                f"“{title(bar.phase.title)}” took {bar.actual},"
                f" {span(bar.over)} longer than planned."
            )
    yield from (f"Updates were overdue for {plain(late)}." for late in facts.words.overdue)
    for level in facts.fired:
        late = f", {level.lateness}" if (level.late or 0) >= 1 else ""
        yield f"It took long enough for level {level.number} of the ladder to fire{late}."
    when = "until the end" if facts.is_over else "when it was last looked at"
    for pair in facts.diagnostics.failed_last:
        yield f"{looked_at(pair)}: {code(pair.expected)} {pair.latest.word} {when}."
    if facts.waited_for_approval >= LATE_FROM:
        yield f"Changes waited {span(facts.waited_for_approval)} for approval altogether."


def _lessons(facts: Facts) -> str:
    lines = [
        f"- The command of “{title(one)}” had to be written anew: mend the runbook."
        for one in facts.adapted
    ]
    lines += [
        f"- “{title(skipped.title)}” was left out ({plain(skipped.reason)}): does the runbook still"
        " need it?"
        for skipped in facts.skipped
    ]
    return _list(lines) or NOTHING_SHOWS


def _list(lines: list[str]) -> str:
    left = len(lines) - MOST
    more = [f"- … and {left} more, further down."] if left > 0 else []
    return "\n".join([*lines[:MOST], *more])


DRAFTS: dict[ReportSection, Callable[[Facts], str]] = {
    ReportSection.SUMMARY: _summary,
    ReportSection.IMPACT: _impact,
    ReportSection.CAUSES: _causes,
    ReportSection.WELL: _well,
    ReportSection.BADLY: _badly,
    ReportSection.LESSONS: _lessons,
}
