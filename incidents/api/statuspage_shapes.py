"""The status page's facts in the shape of Atlassian Statuspage's public API, version 2, which
readers of status pages know. The shape is that of https://metastatuspage.com/api/v2/summary.json;
what we have nothing for is null or empty, so that no reader misses a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from incidents.queries.published.facts import (
    AffectedFact,
    DisruptionFact,
    PageFact,
    PartFact,
    WordsFact,
    WorkFact,
)
from incidents.states import ComponentState, PublicStage
from runbook.document.definition import Json

MOST = 50
"""So many incidents and maintenances the lists hold, as Statuspage's do."""

Link = Callable[[str], str]
"""The absolute address of what has this id."""

STATES = {
    ComponentState.OPERATIONAL: "operational",
    ComponentState.DEGRADED: "degraded_performance",
    ComponentState.OFFLINE: "major_outage",
}


def moment(at: datetime | None) -> str | None:
    """ "2026-11-21T22:17:40.123+00:00" """
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None


def page(fact: PageFact, *, name: str, url: str) -> Json:
    return {
        "id": fact.id,
        "name": name,
        "url": url,
        "time_zone": "Etc/UTC",
        "updated_at": moment(fact.changed_at),
    }


def status(fact: PageFact) -> Json:
    return {"indicator": fact.indicator, "description": fact.sentence.removesuffix(".")}


def components(fact: PageFact) -> Json:
    return [_component(part, page_id=fact.id) for part in fact.parts]


def incidents(fact: PageFact, found: Sequence[DisruptionFact], link: Link) -> Json:
    parts = {part.id: part for part in fact.parts}
    return [_incident(one, parts, fact.id, link) for one in found[:MOST]]


def maintenances(fact: PageFact, found: Sequence[WorkFact], link: Link) -> Json:
    parts = {part.id: part for part in fact.parts}
    return [_maintenance(work, parts, fact.id, link) for work in found[:MOST]]


def _component(part: PartFact, *, page_id: str) -> dict[str, Json]:
    is_worked_on = part.is_in_maintenance and part.state == ComponentState.OPERATIONAL
    return {
        "id": part.id,
        "name": part.name,
        "status": "under_maintenance" if is_worked_on else STATES[part.state],
        "created_at": moment(part.listed_at),
        "updated_at": moment(part.changed_at),
        "position": part.position,
        "description": part.function or None,
        "showcase": True,
        "start_date": part.listed_at.date().isoformat(),
        "group_id": None,
        "page_id": page_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(
    one: DisruptionFact, parts: dict[str, PartFact], page_id: str, link: Link
) -> dict[str, Json]:
    return {
        "id": one.id,
        "name": one.title,
        "status": one.stage.value,
        "created_at": moment(one.started_at),
        "updated_at": moment(one.changed_at),
        "monitoring_at": moment(_monitoring_since(one)),
        "resolved_at": moment(one.resolved_at),
        "impact": one.impact,
        "shortlink": link(one.id),
        "started_at": moment(one.started_at),
        "page_id": page_id,
        "incident_updates": [
            _update(words.id, words.stage.value, words.text, words.at, one.id, one.parts)
            for words in _told(one)
        ],
        "components": _touched(one.parts, parts, page_id),
        "reminder_intervals": None,
    }


def _maintenance(
    work: WorkFact, parts: dict[str, PartFact], page_id: str, link: Link
) -> dict[str, Json]:
    is_begun = not work.is_ahead
    told = [(words.id, _state(words.state), words.text, words.at) for words in work.words]
    planned = (f"{work.id}-0", "scheduled", work.text or work.title, work.planned_at)
    return {
        "id": work.id,
        "name": work.title,
        "status": _state(work.state),
        "created_at": moment(work.planned_at),
        "updated_at": moment(work.changed_at),
        "monitoring_at": None,
        "resolved_at": moment(work.completed_at),
        "impact": "maintenance",
        "shortlink": link(work.id),
        "started_at": moment(work.starts_at if is_begun else work.planned_at),
        "page_id": page_id,
        "incident_updates": [
            _update(key, state, text, at, work.id, work.parts)
            for key, state, text, at in (*told, planned)
        ],
        "components": _touched(work.parts, parts, page_id),
        "scheduled_for": moment(work.starts_at),
        "scheduled_until": moment(work.ends_at),
    }


def _state(state: str) -> str:
    return state.replace(" ", "_")


def _told(one: DisruptionFact) -> tuple[WordsFact, ...]:
    """Readers expect an update in each incident: without words of ours, its stage is the word."""
    if one.words:
        return one.words
    return (WordsFact(f"{one.id}-0", one.stage, one.stage.label, one.changed_at),)


def _monitoring_since(one: DisruptionFact) -> datetime | None:
    moments = [words.at for words in one.words if words.stage == PublicStage.MONITORING]
    return min(moments, default=None)


def _update(
    update_id: str,
    state: str,
    text: str,
    at: datetime,
    incident_id: str,
    affected: Sequence[AffectedFact],
) -> Json:
    return {
        "id": update_id,
        "status": state,
        "body": text,
        "incident_id": incident_id,
        "created_at": moment(at),
        "updated_at": moment(at),
        "display_at": moment(at),
        "affected_components": [
            {
                "code": part.id,
                "name": part.name,
                "old_status": STATES[part.state],
                "new_status": STATES[part.state],
            }
            for part in affected
        ],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _touched(affected: Sequence[AffectedFact], parts: dict[str, PartFact], page_id: str) -> Json:
    """How they are now, as Statuspage has it."""
    return [_component(parts[one.id], page_id=page_id) for one in affected if one.id in parts]
