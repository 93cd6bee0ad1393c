"""How an environment is watched, for the page of its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet

from incidents.health_states import AlertState, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Monitor
from incidents.queries.infrastructure import file_or_why, folder
from runbook.document.durations import words
from runbook.health import files
from runbook.health.report import Area
from runbook.health.thresholds import BLIND


@dataclass(frozen=True, slots=True)
class Watching:
    """`file` is the title of the infrastructure file in use, `problem` why there is none to use.
    `last` is the newest check that has ended, `drifted` the newest one that found a drift which
    still stands, `blind` the alert that the monitor sees nothing, `unseen` those of areas that it
    does not see all of."""

    monitor: Monitor
    file: str
    problem: str
    files: tuple[str, ...]
    last: HealthCheck | None
    drifted: HealthCheck | None
    blind: Alert | None
    unseen: tuple[Alert, ...]

    @property
    def every(self) -> str:
        return words(self.monitor.every)


def read_watching(environment: Environment) -> Watching:
    row = Monitor.objects.filter(environment=environment).first() or Monitor(
        environment=environment
    )
    found, problem = file_or_why(environment)
    last = _newest(environment)
    blind = read_blindness([environment])[environment.pk]
    return Watching(
        monitor=row,
        file=f"{found.title} ({found.name}{files.ENDING})" if found else "",
        problem=problem,
        files=files.names(folder()),
        last=last,
        drifted=last if last and last.drift else None,
        blind=blind.whole,
        unseen=blind.areas,
    )


class Blindness(NamedTuple):
    """The alert that the monitor sees nothing, or those of areas that it does not see all of: with
    the first nobody needs to know of the others."""

    whole: Alert | None = None
    areas: tuple[Alert, ...] = ()


def read_blindness(environments: Iterable[Environment]) -> dict[int, Blindness]:
    """By environment: one query."""
    rows = list(environments)
    keys = [blind_key(one) for one in rows]
    keys += [unseen_key(one, area) for one in rows for area in Area]
    alerts = Alert.objects.filter(key__in=keys, state=AlertState.FIRING)
    firing = {one.key: one for one in alerts}
    return {one.pk: _blindness(one, firing) for one in rows}


def _blindness(environment: Environment, firing: Mapping[str, Alert]) -> Blindness:
    whole = firing.get(blind_key(environment))
    keys = [unseen_key(environment, area) for area in Area]
    return Blindness(whole, () if whole else tuple(firing[key] for key in keys if key in firing))


def blind_alerts(environments: Iterable[Environment]) -> QuerySet[Alert]:
    """Those that fire, of monitors that see nothing."""
    keys = [blind_key(one) for one in environments]
    return Alert.objects.filter(key__in=keys, state=AlertState.FIRING)


def blind_key(environment: Environment) -> str:
    return f"monitor/{environment.name}/{BLIND}"


def unseen_key(environment: Environment, area: Area) -> str:
    return f"{blind_key(environment)}/{area.value}"


def _newest(environment: Environment) -> HealthCheck | None:
    """Of whole checks: those of some areas say nothing about what is configured."""
    ended = [HealthCheckState.DONE, HealthCheckState.FAILED]
    rows = HealthCheck.objects.filter(environment=environment, state__in=ended, areas=[])
    return rows.defer("report", "snapshot").first()
