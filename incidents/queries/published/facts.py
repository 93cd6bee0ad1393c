"""The allow-list: all that strangers may ever read, field by field.

No row leaves this package. A page, a feed, a mail or JSON for strangers is made from these values
alone; a test holds every answer against all that the database knows besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from incidents.states import ComponentState, MaintenanceState, PublicStage

Indicator = Literal["none", "minor", "major", "critical"]

INDICATORS: tuple[Indicator, ...] = ("none", "minor", "major", "critical")
"""Mildest first."""


@dataclass(frozen=True, slots=True)
class DayFact:
    """One day of UTC. `state` is the worst of the day, None before the component was listed."""

    day: date
    state: ComponentState | None
    offline_seconds: int
    degraded_seconds: int


@dataclass(frozen=True, slots=True)
class PartFact:
    """A component as listed. `uptime` is percent of the time since it is listed, of 90 days at
    most, in which nothing had it offline; `degraded` percent in which it was degraded."""

    id: str
    name: str
    function: str
    priority: str
    position: int
    state: ComponentState
    is_in_maintenance: bool
    uptime: float
    degraded: float
    days: tuple[DayFact, ...]
    listed_at: datetime
    changed_at: datetime

    @property
    def troubled_days(self) -> tuple[DayFact, ...]:
        """Newest first."""
        return tuple(
            day for day in reversed(self.days) if day.offline_seconds or day.degraded_seconds
        )


@dataclass(frozen=True, slots=True)
class AffectedFact:
    """A component in an incident: how it is, or how bad it was at worst when it is over."""

    id: str
    name: str
    state: ComponentState


@dataclass(frozen=True, slots=True)
class WordsFact:
    """What was told the public, at one moment."""

    id: str
    stage: PublicStage
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DisruptionFact:
    """An incident as strangers know it. `words` are newest first."""

    id: str
    title: str
    stage: PublicStage
    impact: Indicator
    started_at: datetime
    resolved_at: datetime | None
    changed_at: datetime
    parts: tuple[AffectedFact, ...]
    words: tuple[WordsFact, ...]
    next_words_at: datetime | None
    are_words_overdue: bool

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def seconds(self) -> float:
        """How long it was, once it is over."""
        return (self.resolved_at - self.started_at).total_seconds() if self.resolved_at else 0.0


@dataclass(frozen=True, slots=True)
class WorkWordsFact:
    id: str
    state: MaintenanceState
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkFact:
    """Planned maintenance. `words` are newest first."""

    id: str
    title: str
    text: str
    state: MaintenanceState
    starts_at: datetime
    ends_at: datetime
    completed_at: datetime | None
    planned_at: datetime
    changed_at: datetime
    parts: tuple[AffectedFact, ...]
    words: tuple[WorkWordsFact, ...]

    @property
    def is_running(self) -> bool:
        return self.state in (MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING)

    @property
    def is_ahead(self) -> bool:
        return self.state == MaintenanceState.SCHEDULED


@dataclass(frozen=True, slots=True)
class MonthFact:
    """What is over, newest first; `first` is the first day of the month."""

    first: date
    disruptions: tuple[DisruptionFact, ...]
    works: tuple[WorkFact, ...]


@dataclass(frozen=True, slots=True)
class PageFact:
    """The whole status page."""

    id: str
    sentence: str
    indicator: Indicator
    parts: tuple[PartFact, ...]
    disruptions: tuple[DisruptionFact, ...]
    works: tuple[WorkFact, ...]
    past: tuple[MonthFact, ...]
    changed_at: datetime

    @property
    def past_disruptions(self) -> tuple[DisruptionFact, ...]:
        return tuple(one for month in self.past for one in month.disruptions)

    @property
    def past_works(self) -> tuple[WorkFact, ...]:
        return tuple(one for month in self.past for one in month.works)
