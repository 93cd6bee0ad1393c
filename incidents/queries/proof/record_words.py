"""What was said about an incident and is to be done because of it, as JSON for those outside."""

from __future__ import annotations

from collections.abc import Iterator

from incidents.models import Handoff, Incident
from incidents.queries.proof.record import Json, moment, name
from incidents.queries.validations import done_validations, sealed_part_of


def of_levels(incident: Incident) -> list[Json]:
    same = ("position", "after", "origin", "origin_key", "condition", "to", "then", "state")
    return [
        {
            **{column: getattr(level, column) for column in same},
            "fired_at": moment(level.fired_at),
            "acknowledged_at": moment(level.acknowledged_at),
            "acknowledged_by": name(level.acknowledged_by),
        }
        for level in incident.levels.select_related("acknowledged_by")
    ]


def of_components(incident: Incident) -> list[Json]:
    rows = incident.components.values("name", "function", "priority", "state")
    return [dict(row) for row in rows]


def of_updates(incident: Incident) -> Iterator[Json]:
    """Mail addresses are nobody's outside, so they are only counted, as on the timeline."""
    same = ("audience", "text", "template", "subject", "stage", "issue", "labels")
    for update in incident.updates.select_related("author").order_by("at", "pk"):
        names = [word for word in update.recipients if "@" not in word]
        yield {
            "author": update.author.get_username(),
            "at": moment(update.at),
            "to": names,
            "addresses": len(update.recipients) - len(names),
            **{column: getattr(update, column) for column in same},
        }


def of_handoffs(incident: Incident) -> Iterator[Json]:
    rows = incident.handoffs.select_related("offered_by", "decided_by", "answers")
    for handoff in rows.prefetch_related("items__done_by"):
        yield _handoff(handoff)


def _handoff(handoff: Handoff) -> Json:
    same = ("given_by", "taken_by", "done", "asked", "state", "reason")
    return {
        **{column: getattr(handoff, column) for column in same},
        "answers": moment(handoff.answers.offered_at) if handoff.answers else None,
        "offered_by": name(handoff.offered_by),
        "offered_at": moment(handoff.offered_at),
        "decided_by": name(handoff.decided_by),
        "decided_at": moment(handoff.decided_at),
        "items": [
            {
                "side": item.side,
                "text": item.text,
                "done_at": moment(item.done_at),
                "done_by": name(item.done_by),
            }
            for item in handoff.items.all()
        ],
    }


def of_reports(incident: Incident) -> Iterator[Json]:
    """Every revision; the timeline has a digest of its text."""
    for revision in incident.reports.select_related("author").order_by("number"):
        yield {
            "report": revision.number,
            "text": revision.text,
            "is_final": revision.is_final,
            "author": revision.author.get_username(),
            "at": moment(revision.at),
        }


def of_follow_ups(incident: Incident) -> Iterator[Json]:
    rows = incident.follow_ups.select_related("owner", "made_by", "ended_by").order_by("pk")
    for row in rows:
        yield {
            "title": row.title,
            "owner": name(row.owner),
            "due_on": row.due_on.isoformat() if row.due_on else None,
            "state": row.state,
            "link": row.link,
            "made_by": name(row.made_by),
            "made_at": moment(row.made_at),
            "ended_by": name(row.ended_by),
            "ended_at": moment(row.ended_at),
        }


def of_validations(incident: Incident) -> Iterator[Json]:
    """Those that came to an end; the timeline has the digest of what they judged."""
    for row in done_validations(incident):
        yield {
            "validation": row.number,
            "judged": sealed_part_of(row),
            "asked_by": row.asked_by.get_username(),
            "asked_at": moment(row.asked_at),
            "ended_at": moment(row.ended_at),
        }
