"""What is to be done because of incidents: of one, or of all that a person may see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents.models import FollowUp, Incident
from incidents.states import FollowUpState, StepState
from runbook.document.definition import Runbook

ENDED_SHOWN = 30
MOST_IDEAS = 20
_AFTERWARDS = re.compile(
    r"prevent|not come back|recur|afterwards|follow.?up|lessons|improve|post.?(mortem|incident)"
)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]+(?:\[ \][ \t]+)?(?P<words>\S.*)")


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A follow-up with what a person may do about it. `is_mine` is whose it is given to."""

    row: FollowUp
    is_overdue: bool
    is_mine: bool
    may_change: bool
    may_end: bool

    @property
    def is_open(self) -> bool:
        return self.row.state == FollowUpState.OPEN


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Open ones by whose and how late they are; `ended` are the latest that were done or dropped.
    Nothing is in two lists."""

    overdue: tuple[FollowUpLine, ...]
    mine: tuple[FollowUpLine, ...]
    others: tuple[tuple[Incident, tuple[FollowUpLine, ...]], ...]
    ended: tuple[FollowUpLine, ...]

    @property
    def open_count(self) -> int:
        return len(self.overdue) + len(self.mine) + sum(len(lines) for _, lines in self.others)


def read_follow_ups(
    incident: Incident, *, person: User, may_report: bool, now: datetime
) -> tuple[FollowUpLine, ...]:
    """Open ones first, soonest first; those without a day after those with one."""
    rows = incident.follow_ups.select_related("owner", "ended_by", "incident")
    lines = [_line(row, person, now, may_report=may_report) for row in rows]
    return tuple(sorted(lines, key=_order))


def read_overview(
    visible: QuerySet[Incident], *, person: User, reporting: QuerySet[Incident], now: datetime
) -> FollowUps:
    """All that follows from incidents that the person may see; `reporting` are those in which they
    may also write."""
    rows = FollowUp.objects.filter(incident__in=visible).select_related(
        "owner", "ended_by", "incident__environment"
    )
    may = set(reporting.values_list("pk", flat=True))
    opened = sorted(
        (
            _line(row, person, now, may_report=row.incident_id in may)
            for row in rows.filter(state=FollowUpState.OPEN)
        ),
        key=_order,
    )
    ended = rows.exclude(state=FollowUpState.OPEN).order_by("-ended_at", "-pk")[:ENDED_SHOWN]
    rest = [line for line in opened if not line.is_overdue]
    return FollowUps(
        overdue=tuple(line for line in opened if line.is_overdue),
        mine=tuple(line for line in rest if line.is_mine),
        others=tuple(_by_incident(line for line in rest if not line.is_mine)),
        ended=tuple(_line(row, person, now, may_report=row.incident_id in may) for row in ended),
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """How many follow-ups of theirs a person has still to end."""

    count: int
    overdue: int


def owed_by(person: User, *, visible: QuerySet[Incident], now: datetime) -> Owed:
    rows = FollowUp.objects.filter(incident__in=visible, owner=person, state=FollowUpState.OPEN)
    days = list(rows.values_list("due_on", flat=True))
    return Owed(len(days), sum(1 for day in days if day and day < now.date()))


def ideas(document: Runbook, incident: Incident) -> tuple[str, ...]:
    """What the runbook says should happen afterwards, in a section of its own or in steps that
    nobody ticked, without what is a follow-up already."""
    said = [
        words
        for title, text in document.sections
        if _is_afterwards(title)
        for words in _items(text)
    ]
    open_steps = incident.steps.filter(state=StepState.OPEN).select_related("phase")
    said += [
        step.title
        for step in open_steps
        if _is_afterwards(step.phase.title) or _is_afterwards(step.group)
    ]
    taken = {_key(title) for title in incident.follow_ups.values_list("title", flat=True)}
    fresh = [words for words in dict.fromkeys(said) if _key(words[:300]) not in taken]
    return tuple(fresh[:MOST_IDEAS])


def _line(row: FollowUp, person: User, now: datetime, *, may_report: bool) -> FollowUpLine:
    is_open = row.state == FollowUpState.OPEN
    is_mine = row.owner_id == person.pk
    return FollowUpLine(
        row=row,
        is_overdue=is_open and row.due_on is not None and row.due_on < now.date(),
        is_mine=is_mine,
        may_change=may_report and is_open,
        may_end=may_report or is_mine,
    )


def _order(line: FollowUpLine) -> tuple[bool, bool, str, int]:
    row = line.row
    return (
        not line.is_open,
        row.due_on is None,
        row.due_on.isoformat() if row.due_on else "",
        row.pk,
    )


def _by_incident(
    lines: Iterable[FollowUpLine],
) -> Iterable[tuple[Incident, tuple[FollowUpLine, ...]]]:
    found: dict[int, list[FollowUpLine]] = {}
    for line in lines:
        found.setdefault(line.row.incident_id, []).append(line)
    for number in sorted(found, reverse=True):
        yield found[number][0].row.incident, tuple(found[number])


def _is_afterwards(title: str) -> bool:
    return _AFTERWARDS.search(title.lower()) is not None


def _items(text: str) -> Iterable[str]:
    for line in text.splitlines():
        found = _ITEM.match(line)
        if found:
            yield found["words"].strip()


def _key(title: str) -> str:
    return " ".join(title.lower().split())
