"""Which infrastructure file says what is healthy in an environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.conf import settings

from incidents.models import Environment, Monitor
from runbook.health import files
from runbook.health.definition import Infrastructure
from runbook.health.reading import Unreadable


def infrastructure_of(environment: Environment) -> Infrastructure | None:
    """The file that its monitor names, else the one of its project; None where there is none. It
    is about the environment's own project and region.

    Raises `runbook.health.reading.Unreadable`, whose text is for people: file, line, what to do.
    """
    found = _file_of(environment)
    if found is None:
        return None
    region = environment.region or found.region
    return replace(found, project=environment.project, region=region)


def file_or_why(environment: Environment) -> tuple[Infrastructure | None, str]:
    """The same; without one, sentences that say why and what to do."""
    try:
        found = infrastructure_of(environment)
    except Unreadable as error:
        return None, f"The infrastructure file cannot be read. {error}"
    return found, "" if found else _NO_FILE.format(environment.project)


_NO_FILE = (
    "No infrastructure file names the project {}. Add one that says what is healthy there, or name"
    " it in the environment's monitor."
)


def _file_of(environment: Environment) -> Infrastructure | None:
    monitor: Monitor | None = getattr(environment, "monitor", None)
    if monitor is not None and monitor.infrastructure:
        return files.named(folder(), monitor.infrastructure)
    return files.for_project(folder(), environment.project, environment.region)


def folder() -> Path:
    return Path(settings.INFRASTRUCTURE)
