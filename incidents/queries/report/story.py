"""The timeline of an incident as a story: what mattered by itself, the many small acts together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident, TimelineEntry
from incidents.queries.report.wording import counted, who
from incidents.states import EffectChoice
from incidents.visible_text import readable

SMALL = {
    "step.ticked": ("step ticked", "steps ticked"),
    "step.skipped": ("step skipped", "steps skipped"),
    "step.opened": ("step opened again", "steps opened again"),
    "run.requested": ("request to run", "requests to run"),
    "run.started": ("start of a change", "starts of changes"),
    "run.waits": ("wait for a resource", "waits for a resource"),
    "run.restarted": ("read started again", "reads started again"),
    "run.probe_asked": ("look at an outcome asked for", "looks at outcomes asked for"),
    "run.probed": ("look at an outcome", "looks at outcomes"),
    "command.pasted": ("result pasted", "results pasted"),
    "diagnostic": ("diagnostic ended", "diagnostics ended"),
    "diagnostic failed": ("diagnostic failed", "diagnostics failed"),
}
"""Kinds that are counted instead of told, with their words for one and for many."""
LEFT_OUT = ("report.", "follow_up.", "notification.")
MOST = 400


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry, or several small ones together: then `until` is when the last of them was."""

    at: datetime
    until: datetime
    actor: str
    text: str
    kind: str

    @property
    def is_many(self) -> bool:
        return self.kind == "many"


@dataclass(frozen=True, slots=True)
class Story:
    """`moments` are at most `MOST`; `left_out` counts those beyond, from the end."""

    moments: tuple[Moment, ...]
    left_out: int
    entries: int


def read_story(incident: Incident) -> Story:
    runs = incident.runs.filter(effect=EffectChoice.READS).only("incident", "number", "checks")
    failed = {run.number: run.failed_checks > 0 for run in runs}
    entries = incident.timeline.order_by("number").select_related("actor")
    told = [entry for entry in entries if not entry.kind.startswith(LEFT_OUT)]
    moments = list(_condensed(told, failed))
    return Story(tuple(moments[:MOST]), max(0, len(moments) - MOST), len(told))


def _condensed(entries: Iterable[TimelineEntry], failed: dict[int, bool]) -> Iterator[Moment]:
    waiting: list[TimelineEntry] = []
    for entry in entries:
        if _kind(entry, failed) in SMALL:
            waiting.append(entry)
            continue
        yield from _together(waiting, failed)
        waiting = []
        yield _moment(entry)
    yield from _together(waiting, failed)


def _kind(entry: TimelineEntry, failed: dict[int, bool]) -> str:
    """The end of a read is a diagnostic, whichever way it ended. `failed` has all reads, and
    whether a check of theirs failed."""
    run = entry.data.get("run")
    is_end = entry.kind.startswith("run.") and "state" in entry.data
    if is_end and run in failed:
        is_bad = failed[run] or entry.kind != "run.succeeded"
        return "diagnostic failed" if is_bad else "diagnostic"
    return entry.kind


def _together(entries: list[TimelineEntry], failed: dict[int, bool]) -> Iterator[Moment]:
    """One small act keeps its own words."""
    if len(entries) == 1:
        yield _moment(entries[0])
    elif entries:
        counts = Counter(_kind(entry, failed) for entry in entries)
        words = [counted(counts[kind], *SMALL[kind]) for kind in SMALL if counts[kind]]
        people = sorted({who(entry.actor) for entry in entries if entry.actor})
        yield Moment(
            at=entries[0].at,
            until=entries[-1].at,
            actor=", ".join(people) or "Runbook",
            text=", ".join(words),
            kind="many",
        )


def _moment(entry: TimelineEntry) -> Moment:
    return Moment(entry.at, entry.at, who(entry.actor), readable(entry.text), entry.kind)
