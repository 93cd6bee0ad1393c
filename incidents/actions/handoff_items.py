"""The checklist that goes with a handoff: what is asked, and what each side stands by for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, timeline
from incidents.actions.moves import hold
from incidents.actions.teams import working_incident
from incidents.models import Handoff, HandoffItem
from incidents.queries.ball import team_name
from incidents.queries.proof.record_words import of_checklist_line
from incidents.queries.proof.seals import seals_of
from incidents.refusal import Refused
from incidents.states import HandoffSide, HandoffState

MOST_ITEMS = 30
LONGEST_ITEM = 300


def write_items(handoff: Handoff, items: Mapping[HandoffSide, Iterable[str]]) -> list[HandoffItem]:
    """One row for each line that is not empty; inside the caller's transaction."""
    rows = []
    for side, lines in items.items():
        texts = [text for text in (" ".join(line.split()) for line in lines) if text]
        if len(texts) > MOST_ITEMS or any(len(text) > LONGEST_ITEM for text in texts):
            raise Refused(
                f"A checklist has at most {MOST_ITEMS} lines of {LONGEST_ITEM} characters.",
                status=422,
            )
        rows += [
            HandoffItem(handoff=handoff, side=side, position=position, text=text)
            for position, text in enumerate(texts, start=1)
        ]
    return HandoffItem.objects.bulk_create(rows)


def set_item(*, actor: User, item_id: int, is_done: bool) -> HandoffItem:
    """Tick a line of the checklist, or open it again."""
    with transaction.atomic():
        hold(handoffs__items=item_id)
        item = HandoffItem.objects.select_related("handoff").filter(pk=item_id).first()
        if item is None:
            raise Refused("That line does not exist.", status=404)
        incident = working_incident(actor, item.handoff.incident_id)
        _require_item_counts(item)
        rows = HandoffItem.objects.filter(pk=item_id, done_at__isnull=is_done)
        now = clock.now()
        moved = rows.update(done_at=now if is_done else None, done_by=actor if is_done else None)
        if moved:
            item.done_at, item.done_by = (now, actor) if is_done else (None, None)
            word = "ticked" if is_done else "opened again"
            timeline.record(
                incident_id=incident.pk,
                actor=actor,
                kind="handoff.item",
                text=f"{word} “{item.text}” ({team_name(incident, _side_team(item))})",
                panels=["handoffs"],
                data={"handoff": item.handoff_id, "item": item.text, "done": is_done},
                seals=seals_of(of_checklist_line(item)),
            )
    item.refresh_from_db()
    return item


def _require_item_counts(item: HandoffItem) -> None:
    if item.handoff.state not in (HandoffState.OFFERED, HandoffState.ACCEPTED):
        raise Refused(f"This handoff was {item.handoff.state}; its checklist counts no more.")


def _side_team(item: HandoffItem) -> str:
    is_giver = item.side == HandoffSide.GIVER_STANDBY
    return item.handoff.given_by if is_giver else item.handoff.taken_by
