"""Everything that a report says without anybody writing it: read from the incident's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident
from incidents.queries.ball import Ball, read_ball
from incidents.queries.report.changes import Change, read_changes
from incidents.queries.report.checks import Diagnostics, read_diagnostics
from incidents.queries.report.impact import ComponentFact, read_components
from incidents.queries.report.phases import Gantt, read_gantt
from incidents.queries.report.story import Story, read_story
from incidents.queries.report.times import LevelFact, Measure, read_levels, read_measures
from incidents.queries.report.told import Watch, Words, read_watches, read_words
from incidents.queries.report.validated import Validations, read_validations
from incidents.queries.report.wording import span
from incidents.states import StepState


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that somebody left out, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`until` is when the incident ended, or now while it goes on. Asks the database a number of
    questions that does not grow with the incident."""

    incident: Incident
    until: datetime
    measures: tuple[Measure, ...]
    gantt: Gantt
    components: tuple[ComponentFact, ...]
    changes: tuple[Change, ...]
    diagnostics: Diagnostics
    levels: tuple[LevelFact, ...]
    words: Words
    watches: tuple[Watch, ...]
    ball: Ball
    skipped: tuple[Skipped, ...]
    adapted: tuple[str, ...]
    story: Story
    validations: Validations

    @property
    def is_over(self) -> bool:
        return not self.incident.is_open

    @property
    def seconds(self) -> float:
        return max(0.0, (self.until - self.incident.started_at).total_seconds())

    @property
    def length(self) -> str:
        return span(self.seconds)

    @property
    def waited_for_approval(self) -> float:
        """Seconds between questions and their answers, over all changes."""
        return sum(change.waited or 0.0 for change in self.changes)

    @property
    def fired(self) -> list[LevelFact]:
        return [level for level in self.levels if level.fired_at]


def read_facts(incident: Incident, *, now: datetime) -> Facts:
    """The incident must come with its environment, commander and revision."""
    until = incident.resolved_at or now
    return Facts(
        incident=incident,
        until=until,
        measures=read_measures(incident),
        gantt=read_gantt(incident, until=until),
        components=read_components(incident, until=until),
        changes=read_changes(incident),
        diagnostics=read_diagnostics(incident),
        levels=read_levels(incident),
        words=read_words(incident),
        watches=read_watches(incident, until=until),
        ball=read_ball(incident, now=now),
        skipped=_skipped(incident),
        adapted=_adapted(incident),
        story=read_story(incident),
        validations=read_validations(incident),
    )


def _skipped(incident: Incident) -> tuple[Skipped, ...]:
    rows = incident.steps.filter(state=StepState.SKIPPED).values_list("title", "reason")
    return tuple(Skipped(title, reason) for title, reason in rows)


def _adapted(incident: Incident) -> tuple[str, ...]:
    """Steps whose commands somebody wrote anew: the runbook may be wrong there."""
    rows = incident.steps.filter(commands__edited__gt="").distinct()
    return tuple(rows.values_list("title", flat=True))
