"""Updates as the room lists them: what was told to whom, and what became of the sending."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from incidents.models import Incident, Notification, Update
from incidents.queries.words.templates import find_template
from incidents.states import NotificationState

NEWEST = 20


@dataclass(frozen=True, slots=True)
class Posted:
    """`comment` is the address of the GitHub comment once it is there, `trouble` why something of
    it was given up. `sent` and `waiting` count its mails."""

    update: Update
    label: str
    comment: str = ""
    trouble: str = ""
    sent: int = 0
    waiting: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Recipients by name; addresses are counted, as they are nobody's but the author's."""
        return tuple(word for word in self.update.recipients if "@" not in word)

    @property
    def addresses(self) -> int:
        return len(self.update.recipients) - len(self.names)

    @property
    def is_to_be_copied(self) -> bool:
        """It has an issue, and nothing was sent there."""
        return bool(self.update.issue) and not (self.comment or self.waiting or self.trouble)


def read_posted(incident: Incident) -> tuple[Posted, ...]:
    updates = list(incident.updates.select_related("author")[:NEWEST])
    topics = {f"{incident.name} update {update.pk}": update.pk for update in updates}
    rows: dict[int, list[Notification]] = defaultdict(list)
    carried = Notification.objects.filter(incident=incident, topic__in=topics).exclude(shown="")
    for row in carried.only("topic", "kind", "state", "receipt", "error"):
        rows[topics[row.topic]].append(row)
    return tuple(_posted(update, rows[update.pk]) for update in updates)


def _posted(update: Update, rows: list[Notification]) -> Posted:
    template = find_template(update.template)
    states = [row.state for row in rows]
    dead = [row.error for row in rows if row.state == NotificationState.DEAD]
    comments = [row.receipt for row in rows if row.kind == "github comment"]
    on_the_way = (NotificationState.WAITING, NotificationState.SENDING)
    return Posted(
        update=update,
        label=template.label if template else "",
        comment=next((one for one in comments if one.startswith("https://")), ""),
        trouble=dead[0] if dead else "",
        sent=states.count(NotificationState.SENT),
        waiting=sum(state in on_the_way for state in states),
    )
