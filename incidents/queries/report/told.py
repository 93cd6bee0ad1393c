"""What was said to whom during an incident, and who commanded it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from incidents.models import Incident, TimelineEntry, Update
from incidents.queries.report.wording import counted, span, who
from incidents.queries.rule_accounts import acts_for_rules
from incidents.visible_text import readable

LONGEST = 280
NOBODY = "Nobody"
COMMAND_CHANGES = ("handover.accepted", "handover.taken")


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
    """Who commanded when, by the timeline: offers that were accepted, command that was taken over.
    Until somebody takes it from a rule about alerts, that is nobody."""
    entries = incident.timeline.filter(kind__in=COMMAND_CHANGES).select_related("actor")
    return tuple(_watches(incident, list(entries.order_by("number")), until))


def _watches(incident: Incident, changes: list[TimelineEntry], until: datetime) -> Iterable[Watch]:
    began, person = incident.started_at, _first(incident, changes)
    for change in changes:
        yield Watch(person, began, change.at)
        began, person = change.at, who(change.actor)
    yield Watch(person, began, until)


def _first(incident: Incident, changes: list[TimelineEntry]) -> str:
    """By the name they go by now; an account that is called otherwise by now, as it was then."""
    name = str(changes[0].data["before"]["commander"]) if changes else ""
    found = User.objects.filter(username=name).first() if changes else incident.commander
    if found is None:
        return readable(name)
    return NOBODY if acts_for_rules(found) else who(found)
