"""How an environment is watched, for the page of its settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from incidents.health_states import AlertState, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries.infrastructure import file_or_why, folder
from runbook.document.durations import words
from runbook.health import files
from runbook.health.thresholds import BLIND


@dataclass(frozen=True, slots=True)
class Watching:
    """`file` is the title of the infrastructure file in use, `problem` why there is none to use.
    `last` is the newest check that has ended, `drifted` the newest one that found a drift which
    still stands, `blind` the alert that the monitor sees nothing."""

    monitor: Monitor
    file: str
    problem: str
    files: tuple[str, ...]
    last: HealthCheck | None
    drifted: HealthCheck | None
    blind: Alert | None

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
        blind=blind_alerts([environment]).first(),
    )


def blind_alerts(environments: Iterable[Environment]) -> QuerySet[Alert]:
    """Those that fire, of monitors that see nothing."""
    keys = [blind_key(one) for one in environments]
    return Alert.objects.filter(key__in=keys, state=AlertState.FIRING)


def blind_key(environment: Environment) -> str:
    return f"monitor/{environment.name}/{BLIND}"


def _newest(environment: Environment) -> HealthCheck | None:
    """Of whole checks: those of some areas say nothing about what is configured."""
    ended = [HealthCheckState.DONE, HealthCheckState.FAILED]
    rows = HealthCheck.objects.filter(environment=environment, state__in=ended, areas=[])
    return rows.defer("report", "snapshot").first()
