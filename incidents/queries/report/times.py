"""How long it took until an incident was acknowledged, mitigated and resolved, and its ladder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.models import EscalationLevel, Incident
from incidents.queries.report.wording import listed, span, who
from incidents.source import BY_RULE, WORKER
from incidents.states import LevelOrigin, TimerKind, TimerState
from incidents.visible_text import readable

NOT_A_FIRST_ACT = ("incident.declared",)


@dataclass(frozen=True, slots=True)
class Measure:
    """`seconds` is None while it has not happened; `definition` says what was measured."""

    name: str
    seconds: float | None
    definition: str
    otherwise: str

    @property
    def text(self) -> str:
        return self.otherwise if self.seconds is None else span(self.seconds)


@dataclass(frozen=True, slots=True)
class LevelFact:
    """A level of the ladder. `late` are seconds between due and fired, None before it fires."""

    number: int
    after: str
    to: str
    condition: str
    word: str
    fired_at: datetime | None
    late: float | None
    answered_by: str
    answered_after: float | None

    @property
    def lateness(self) -> str:
        if self.late is None:
            return ""
        return "on time" if self.late < 1 else f"{span(self.late)} late"


def read_measures(incident: Incident) -> tuple[Measure, ...]:
    taken_up = incident.acknowledged_at or _first_act(incident)
    return (
        Measure(
            "To acknowledge",
            _since(incident, taken_up),
            "From the start until somebody acknowledged it or, where nobody did, until the first"
            " thing that a person did in it after declaring it.",
            "nobody has taken it up",
        ),
        Measure(
            "To mitigate",
            _since(incident, incident.mitigated_at),
            "From the start until it was marked as mitigated: its impact was over, the repair was"
            " perhaps not.",
            "not marked as mitigated",
        ),
        Measure(
            "To resolve",
            _since(incident, incident.resolved_at),
            "From the start until it was resolved.",
            "not resolved yet",
        ),
    )


def _since(incident: Incident, at: datetime | None) -> float | None:
    return max(0.0, (at - incident.started_at).total_seconds()) if at else None


def _first_act(incident: Incident) -> datetime | None:
    """A person's: what a rule about alerts did in somebody's name is none, nor what a worker does
    for who asked."""
    acts = incident.timeline.filter(actor__isnull=False).exclude(kind__in=NOT_A_FIRST_ACT)
    acts = acts.exclude(source__startswith=BY_RULE).exclude(source=WORKER)
    return acts.order_by("number").values_list("at", flat=True).first()


def read_levels(incident: Incident) -> tuple[LevelFact, ...]:
    fired = incident.timers.filter(kind=TimerKind.ESCALATION, state=TimerState.FIRED)
    late = dict(fired.values_list("key", "late"))
    return tuple(
        LevelFact(
            number=level.position,
            after=_after(level),
            to=readable(listed([str(word) for word in level.to])) if level.to else "nobody named",
            condition=readable(level.condition),
            word=level.get_state_display().lower(),
            fired_at=level.fired_at,
            late=late.get(str(level.position)),
            answered_by=who(level.acknowledged_by) if level.acknowledged_by else "",
            answered_after=_between(level.fired_at, level.acknowledged_at),
        )
        for level in incident.levels.select_related("acknowledged_by")
    )


def _after(level: EscalationLevel) -> str:
    if level.origin == LevelOrigin.INCIDENT:
        return span(level.after)
    return f"{span(level.after)} from {level.origin} {level.origin_key}".strip()


def _between(first: datetime | None, last: datetime | None) -> float | None:
    return (last - first).total_seconds() if first and last else None
