"""What was said to whom during an incident, and who commanded it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Handover, Incident, Update
from incidents.queries.report.wording import counted, span, who
from incidents.states import HandoverState
from incidents.visible_text import readable

LONGEST = 280


@dataclass(frozen=True, slots=True)
class Told:
    """An update, its words cut to what fits a line of a table."""

    at: datetime
    audience: str
    author: str
    words: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody commanded from `began` until `ended`, the incident's end at the latest."""

    person: str
    began: datetime
    ended: datetime

    @property
    def length(self) -> str:
        return span((self.ended - self.began).total_seconds())


@dataclass(frozen=True, slots=True)
class Words:
    """`overdue` counts by audience how often its time passed without an update."""

    updates: tuple[Told, ...]
    overdue: tuple[str, ...]


def read_words(incident: Incident) -> Words:
    rows = incident.updates.select_related("author").order_by("at", "pk")
    late: dict[str, int] = {}
    for data in incident.timeline.filter(kind="update.due").values_list("data", flat=True):
        audience = str(data.get("audience", ""))
        late[audience] = late.get(audience, 0) + 1
    return Words(
        updates=tuple(_told(row) for row in rows),
        overdue=tuple(
            f"{audience}: {counted(count, 'time')}" for audience, count in sorted(late.items())
        ),
    )


def _told(update: Update) -> Told:
    words = " ".join(readable(update.text).split())
    if len(words) > LONGEST:
        words = f"{words[:LONGEST]}…"
    return Told(update.at, str(update.get_audience_display()).lower(), who(update.author), words)


def read_watches(incident: Incident, *, until: datetime) -> tuple[Watch, ...]:
    """Who commanded when, by the offers that were accepted."""
    changes = incident.handovers.filter(state=HandoverState.ACCEPTED).select_related(
        "offered_by", "offered_to"
    )
    ordered = sorted(changes, key=lambda change: (change.decided_at or until, change.pk))
    return tuple(_watches(incident, ordered, until))


def _watches(incident: Incident, changes: list[Handover], until: datetime) -> Iterable[Watch]:
    began = incident.started_at
    for change in changes:
        at = change.decided_at or until
        yield Watch(who(change.offered_by), began, at)
        began = at
    last = changes[-1].offered_to if changes else incident.commander
    yield Watch(who(last), began, until)
