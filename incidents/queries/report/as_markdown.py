"""A report as Markdown: the same bytes for the same facts, whoever exports it and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from incidents.models import FollowUp, Incident
from incidents.queries.report.evidence import evidence
from incidents.queries.report.facts import Facts
from incidents.queries.report.marks import entry, plain
from incidents.queries.report.whole import Report
from incidents.queries.report.wording import moment, who
from incidents.states import FollowUpState
from incidents.visible_text import readable

LONGEST_ISSUE = 60_000
EVERY_ENTRY = 1_000_000
_IN_CODE = re.compile(r"(`{3,}.*?`{3,}|`+[^`]+`+)", re.DOTALL)
_MENTION = re.compile(r"(?<![\w.@/-])@(?=[A-Za-z0-9])")


def as_markdown(report: Report, *, most: int = EVERY_ENTRY) -> str:
    """With the timeline at the end, its first `most` entries."""
    return _joined([*_body(report), *_appendix(report.incident, most)])


def as_issue(report: Report) -> str:
    """For an issue on GitHub: without the appendix, cut to what fits, and naming nobody there:
    `@infrastructure` would tell a stranger's team."""
    text = _joined(_body(report))
    if len(text) > LONGEST_ISSUE:
        cut = text.rfind("\n## ", 0, LONGEST_ISSUE)
        text = f"{text[:cut]}\n\nThe rest is in the report of {report.incident.name}.\n"
    return "".join(
        part if index % 2 else _MENTION.sub("@<!-- -->", part)
        for index, part in enumerate(_IN_CODE.split(text))
    )


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(report: Report) -> Iterator[str]:
    facts = report.facts
    yield from _head(report)
    for part in report.parts:
        yield f"## {part.title}"
        yield readable(part.text)
    yield from evidence(facts)
    yield from _follow_ups(report.follow_ups)
    yield from _story(facts)


def _head(report: Report) -> Iterator[str]:
    incident = report.incident
    yield f"# {incident.name}: {plain(incident.title)}"
    ended = (
        f"{incident.get_state_display().lower()} {moment(incident.resolved_at)}"
        if (incident.resolved_at)
        else "not yet"
    )
    facts = [
        f"- Severity: {incident.severity}{' (drill)' if incident.is_drill else ''}",
        f"- Environment: {plain(str(incident.environment))}",
        f"- Began: {moment(incident.started_at)}",
        f"- Ended: {ended}",
        f"- Runbook: {plain(incident.revision.runbook.title)}, revision {incident.revision.number}",
        f"- Report: {report.standing_words}",
    ]
    yield "\n".join(facts)


def _follow_ups(rows: tuple[FollowUp, ...]) -> Iterator[str]:
    yield "## Follow-ups"
    if not rows:
        yield "None are written down."
        return
    yield "\n".join(_follow_up(row) for row in rows)


def _follow_up(row: FollowUp) -> str:
    box = " " if row.state == FollowUpState.OPEN else "x"
    whose = plain(who(row.owner)) if row.owner else "nobody yet"
    due = f", due {row.due_on:%Y-%m-%d}" if row.due_on else ""
    dropped = ", dropped" if row.state == FollowUpState.DROPPED else ""
    link = f" <{row.link}>" if row.link else ""
    return f"- [{box}] {plain(readable(row.title))} ({whose}{due}{dropped}){link}"


def _story(facts: Facts) -> Iterator[str]:
    yield "## What happened"
    yield "\n".join(
        f"- {moment(one.at)} **{plain(one.actor)}** {entry(one.text)}"
        for one in facts.story.moments
    )
    if facts.story.left_out:
        yield f"… and {facts.story.left_out} more, in the timeline below."


def _appendix(incident: Incident, most: int) -> Iterator[str]:
    yield "## The whole timeline"
    entries = incident.timeline.order_by("number").select_related("actor")
    yield "\n".join(
        f"- {row.number}. {moment(row.at)} **{plain(who(row.actor))}** {entry(readable(row.text))}"
        for row in entries[:most].iterator(chunk_size=500)
    )
    if incident.timeline_count > most:
        yield f"… and {incident.timeline_count - most} more: the exported bundle has them all."
