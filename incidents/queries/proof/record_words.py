"""What was said about an incident and is to be done because of it, as JSON for those outside."""

from __future__ import annotations

from collections.abc import Iterator

from incidents.models import (
    FollowUp,
    Handoff,
    HandoffItem,
    Incident,
    ReportRevision,
    StepCommand,
    Update,
)
from incidents.queries.proof.record import ROWS_AT_ONCE, Json, moment, name, valued
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
    for update in incident.updates.select_related("author").order_by("at", "pk"):
        yield of_update(update)


def of_update(update: Update) -> Json:
    """Mail addresses are nobody's outside, so they are only counted, as on the timeline."""
    same = ("audience", "text", "template", "subject", "stage", "issue", "labels")
    names = [word for word in update.recipients if "@" not in word]
    return {
        "sealed_as": f"update {update.pk}",
        "author": update.author.get_username(),
        "at": moment(update.at),
        "to": names,
        "addresses": len(update.recipients) - len(names),
        **{column: getattr(update, column) for column in same},
    }


def of_pastes(incident: Incident) -> Iterator[Json]:
    rows = StepCommand.objects.filter(step__incident=incident, pasted_at__isnull=False)
    for row in rows.select_related("step", "pasted_by").order_by("pk").iterator(ROWS_AT_ONCE):
        yield of_paste(row)


def of_paste(command: StepCommand) -> Json:
    return {
        "sealed_as": f"pasted result {command.pk}",
        "step": command.step.key,
        "text": command.pasted,
        "at": moment(command.pasted_at),
        "by": name(command.pasted_by),
    }


def of_handoffs(incident: Incident) -> Iterator[Json]:
    for handoff in incident.handoffs.select_related("offered_by", "decided_by"):
        yield of_handoff(handoff)


def of_checklists(incident: Incident) -> Iterator[Json]:
    rows = HandoffItem.objects.filter(handoff__incident=incident).select_related("done_by")
    for item in rows.order_by("pk"):
        yield of_checklist_line(item)


def of_handoff(handoff: Handoff) -> Json:
    same = ("given_by", "taken_by", "done", "asked", "state", "reason")
    return {
        "sealed_as": f"handoff {handoff.pk}",
        **{column: getattr(handoff, column) for column in same},
        "answers": handoff.answers_id,
        "offered_by": name(handoff.offered_by),
        "offered_at": moment(handoff.offered_at),
        "decided_by": name(handoff.decided_by),
        "decided_at": moment(handoff.decided_at),
    }


def of_checklist_line(item: HandoffItem) -> Json:
    return {
        "sealed_as": f"line {item.pk} of handoff {item.handoff_id}",
        "side": item.side,
        "text": item.text,
        "done_at": moment(item.done_at),
        "done_by": name(item.done_by),
    }


def of_reports(incident: Incident) -> Iterator[Json]:
    for revision in incident.reports.select_related("author").order_by("number"):
        yield of_report(revision)


def of_report(revision: ReportRevision) -> Json:
    """One revision; the timeline has a digest of its text besides."""
    return {
        "sealed_as": f"report, revision {revision.number}",
        "text": valued(f"report {revision.number}, text", revision.text),
        "is_final": revision.is_final,
        "author": revision.author.get_username(),
        "at": moment(revision.at),
    }


def of_follow_ups(incident: Incident) -> Iterator[Json]:
    rows = incident.follow_ups.select_related("owner", "made_by", "ended_by").order_by("pk")
    for row in rows:
        yield of_follow_up(row)


def of_follow_up(row: FollowUp) -> Json:
    return {
        "sealed_as": f"follow-up {row.pk}",
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
            "judged": valued(f"validation {row.number}, judged", sealed_part_of(row)),
            "asked_by": row.asked_by.get_username(),
            "asked_at": moment(row.asked_at),
            "ended_at": moment(row.ended_at),
        }
