"""The newest part of an incident's timeline, or all of it, or all of it with its proof."""

from __future__ import annotations

from dataclasses import dataclass

from incidents import ledger
from incidents.models import Incident, TimelineEntry
from incidents.queries.proof.chain import Head, Walk

NEWEST = 60
MOST = 2000
VIEWS = ("all", "proof")


@dataclass(frozen=True, slots=True)
class TimelinePart:
    """`entries` are the newest first. `view` is "", or one of `VIEWS`. `problems` are sentences on
    what is wrong with the chain; None when it was not walked."""

    entries: tuple[TimelineEntry, ...]
    has_more: bool
    view: str
    count: int
    head: str
    problems: tuple[str, ...] | None

    @property
    def is_whole(self) -> bool:
        return self.view != ""

    @property
    def shows_proof(self) -> bool:
        return self.view == "proof"

    @property
    def short_head(self) -> str:
        return self.head[:12]


def read_timeline(incident: Incident, *, view: str = "") -> TimelinePart:
    length = MOST if view in VIEWS else NEWEST
    found = list(incident.timeline.select_related("actor")[: length + 1])
    is_walked = view == "proof" and len(found) <= length
    return TimelinePart(
        entries=tuple(found[:length]),
        has_more=len(found) > length,
        view=view if view in VIEWS else "",
        count=found[0].number if found else 0,
        head=found[0].digest if found else ledger.FIRST,
        problems=_problems(incident.name, found) if is_walked else None,
    )


def _problems(name: str, newest_first: list[TimelineEntry]) -> tuple[str, ...]:
    """Whether each entry follows from the one before. The last one is not held against the head
    that the incident's row keeps: more may have been written since that was read."""
    walk = Walk(name)
    for entry in reversed(newest_first):
        walk.step(entry)
    head = Head(walk.count, walk.last, ledger.seal_of_head(name, walk.count, walk.last))
    return tuple(f"{problem.what}: {problem.sentence}" for problem in walk.end(head))
