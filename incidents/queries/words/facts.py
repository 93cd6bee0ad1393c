"""What an update can say: the facts of an incident since an audience was last told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import EscalationLevel, Incident, Phase, Run, ServiceComponent, Step, Timer
from incidents.queries.ball import Spell, read_ball
from incidents.queries.words.changes import Change, Finding, changes_since, findings
from incidents.states import (
    Audience,
    ComponentState,
    PhaseState,
    RunState,
    StepState,
    TimerKind,
    TimerState,
)

NEXT_STEPS = 3
MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A component as the public knows it."""

    name: str
    function: str
    priority: str
    state: str


@dataclass(frozen=True, slots=True)
class Course:
    """Where the straight way stands. `left_least` and `left_most` are seconds that its plan still
    has, 0 where it names none. `completed` are the titles of phases completed since."""

    phase: Phase | None
    number: int
    count: int
    completed: tuple[str, ...]
    left_least: int
    left_most: int


@dataclass(frozen=True, slots=True)
class Facts:
    """`since` is when the audience was last told, None for never; `done`, `changes` and `levels`
    are what happened since then. `next_update_at` is None where no update is promised."""

    incident: Incident
    audience: str
    now: datetime
    since: datetime | None
    elapsed: timedelta
    course: Course
    changes: tuple[Change, ...]
    done: tuple[str, ...]
    done_count: int
    levels: tuple[EscalationLevel, ...]
    findings: tuple[Finding, ...]
    next_steps: tuple[str, ...]
    waiting: int
    parts: tuple[Part, ...]
    holder: Spell | None
    next_update_at: datetime | None

    @property
    def repairs(self) -> int:
        """Changes that worked and were not themselves the taking back of one."""
        return sum(one.state == RunState.SUCCEEDED and not one.is_undo for one in self.changes)

    @property
    def broken(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.state != ComponentState.OPERATIONAL)

    @property
    def is_all_out(self) -> bool:
        """Whether everything that does not work as it should does not work at all."""
        return all(part.state == ComponentState.OFFLINE for part in self.broken)

    @property
    def working(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.state == ComponentState.OPERATIONAL)


def read_facts(
    incident: Incident, *, audience: str, now: datetime, since: datetime | None = None
) -> Facts:
    """`since` is another moment to begin at than the audience's last update."""
    last = incident.updates.filter(audience=audience).first()
    start = since or (last.at if last else incident.started_at)
    steps = list(incident.steps.select_related("phase"))
    done = _done_since(steps, start)
    return Facts(
        incident=incident,
        audience=audience,
        now=now,
        since=last.at if last else None,
        elapsed=(incident.resolved_at or now) - incident.started_at,
        course=_course(incident, start, now),
        changes=changes_since(incident, start),
        done=tuple(step.title for step in done[:MOST_STEPS]),
        done_count=len(done),
        levels=tuple(incident.levels.filter(fired_at__gte=start)),
        findings=findings(incident),
        next_steps=_next_steps(steps) if incident.is_open else (),
        waiting=Run.objects.filter(incident=incident, state=RunState.WAITING).count(),
        parts=_parts(incident, audience),
        holder=read_ball(incident, now=now).now,
        next_update_at=_next_update(incident, audience, now),
    )


def _parts(incident: Incident, audience: str) -> tuple[Part, ...]:
    """For the public those alone that the status page shows to everybody."""
    found = [Part(c.name, c.function, c.priority, c.state) for c in incident.components.all()]
    hidden = ServiceComponent.objects.filter(is_public=False).values_list("name", flat=True)
    names = set(hidden) if audience == Audience.PUBLIC else set()
    return tuple(part for part in found if part.name not in names)


def _course(incident: Incident, start: datetime, now: datetime) -> Course:
    phases = list(incident.phases.filter(is_rollback=False))
    left = [phase for phase in phases if phase.state != PhaseState.COMPLETED]
    current = next((phase for phase in left if phase.state == PhaseState.ACTIVE), None)
    spent = (now - current.started_at).total_seconds() if current and current.started_at else 0
    since = [phase for phase in phases if phase.completed_at and phase.completed_at >= start]
    return Course(
        phase=current,
        number=phases.index(current) + 1 if current else 0,
        count=len(phases),
        completed=tuple(phase.title for phase in since),
        left_least=_left([phase.planned_least for phase in left], spent),
        left_most=_left([phase.planned_most for phase in left], spent),
    )


def _left(planned: list[int], spent: float) -> int:
    """In whole quarters of an hour: nobody believes more of a plan. 0 once it is used up."""
    seconds = max(sum(planned) - spent, 0)
    return round(seconds / 900) * 900


def _done_since(steps: list[Step], start: datetime) -> list[Step]:
    return [
        step
        for step in steps
        if step.state == StepState.DONE and step.decided_at and step.decided_at >= start
    ]


def _next_steps(steps: list[Step]) -> tuple[str, ...]:
    still_open = [s for s in steps if s.state == StepState.OPEN and not s.phase.is_rollback]
    certain = [step.title for step in still_open if not step.is_conditional and step.depth == 0]
    return tuple(certain[:NEXT_STEPS])


def _next_update(incident: Incident, audience: str, now: datetime) -> datetime | None:
    """When the audience hears again if it is told now."""
    promised = Timer.objects.filter(incident=incident, kind=TimerKind.UPDATE, key=audience)
    newest = promised.exclude(state=TimerState.CANCELLED).order_by("-occurrence").first()
    if newest is None or not newest.every or not incident.is_open:
        return None
    return now + timedelta(seconds=newest.every)
