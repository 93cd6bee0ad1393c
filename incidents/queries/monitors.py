"""How an environment is watched, for the page of its settings."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.health_states import HealthCheckState
from incidents.models import Environment, HealthCheck, Monitor
from incidents.queries.infrastructure import file_or_why, folder
from runbook.document.durations import words
from runbook.health import files


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
    found, problem = file_or_why(environment)
    last = _newest(environment)
    return Watching(
        monitor=row,
        file=f"{found.title} ({found.name}{files.ENDING})" if found else "",
        problem=problem,
        files=files.names(folder()),
        last=last,
        drifted=last if last and last.drift else None,
    )


def _newest(environment: Environment) -> HealthCheck | None:
    """Of whole checks: those of some areas say nothing about what is configured."""
    ended = [HealthCheckState.DONE, HealthCheckState.FAILED]
    rows = HealthCheck.objects.filter(environment=environment, state__in=ended, areas=[])
    return rows.defer("report", "snapshot").first()
