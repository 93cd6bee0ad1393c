"""How an environment is watched, for the page of its settings."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.health_states import HealthCheckState
from incidents.models import Environment, HealthCheck, Monitor
from incidents.queries.infrastructure import folder, infrastructure_of
from runbook.document.durations import words
from runbook.health import files
from runbook.health.reading import Unreadable


@dataclass(frozen=True, slots=True)
class Watching:
    """`file` is the title of the infrastructure file in use, `problem` why there is none to use.
    `last` is the newest check that has ended, `drifted` the newest one that found a drift which
    still stands."""

    monitor: Monitor
    file: str
    problem: str
    files: tuple[str, ...]
    last: HealthCheck | None
    drifted: HealthCheck | None

    @property
    def every(self) -> str:
        return words(self.monitor.every)


def read_watching(environment: Environment) -> Watching:
    row = Monitor.objects.filter(environment=environment).first() or Monitor(
        environment=environment
    )
    file, problem = _file(environment)
    last = _newest(environment)
    return Watching(
        monitor=row,
        file=file,
        problem=problem,
        files=files.names(folder()),
        last=last,
        drifted=last if last and last.drift else None,
    )


def _file(environment: Environment) -> tuple[str, str]:
    try:
        found = infrastructure_of(environment)
    except Unreadable as error:
        return "", str(error)
    if found is None:
        return "", f"No infrastructure file is about the project {environment.project}."
    return f"{found.title} ({found.name}{files.ENDING})", ""


def _newest(environment: Environment) -> HealthCheck | None:
    """Of whole checks: those of some areas say nothing about what is configured."""
    ended = [HealthCheckState.DONE, HealthCheckState.FAILED]
    rows = HealthCheck.objects.filter(environment=environment, state__in=ended, areas=[])
    return rows.defer("report", "snapshot").first()
