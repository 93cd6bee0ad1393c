"""Where a check of the command line looks: an environment, a project, or a simulator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from incidents.management.by_hand import environment_named, not_run
from incidents.models import Environment
from incidents.queries.infrastructure import folder, infrastructure_of
from incidents.targets import target_of
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.target import Target
from runbook.health import files
from runbook.health.definition import Infrastructure

MOST_NAMED = 20


def environment_asked(options: dict[str, Any]) -> Environment | None:  # Any: argparse
    """The one that was named; without any place, the only one of this installation."""
    if options["environment"] and (options["endpoint"] or options["project"]):
        raise not_run("An environment has its own project and endpoint; leave those out.")
    if options["environment"]:
        return environment_named(options["environment"])
    if options["endpoint"] or options["project"]:
        return None
    try:
        found = list(Environment.objects.order_by("name")[:MOST_NAMED])
    except DatabaseError:
        found = []
    if len(found) != 1:
        named = f" ({', '.join(one.name for one in found)})" if found else ""
        raise not_run(
            f"Say what to check: --environment NAME{named}, --project PROJECT, or --endpoint URL."
        )
    return found[0]


def infrastructure_asked(
    options: dict[str, Any],  # Any: argparse
    environment: Environment | None,
) -> Infrastructure:
    """By name or file, else the one of the environment or project, else the only one there is."""
    project = options["project"] or ""
    found = _file(options["infrastructure"] or "", environment, project)
    if found is None:
        where = environment.project if environment else project
        names = ", ".join(files.names(folder())) or "none yet"
        raise not_run(
            f"No file in {folder()} is about the project {where}; there are: {names}. Write one, "
            "or name one with --infrastructure."
        )
    return replace(
        found,
        project=(environment.project if environment else project) or found.project,
        region=options["region"] or (environment.region if environment else "") or found.region,
    )


def _file(given: str, environment: Environment | None, project: str) -> Infrastructure | None:
    if given:
        is_file = "/" in given or given.endswith(files.ENDING)
        return files.at(Path(given)) if is_file else files.named(folder(), given)
    if environment is not None:
        return infrastructure_of(environment)
    return files.for_project(folder(), project) if project else _only_one()


def _only_one() -> Infrastructure:
    names = files.names(folder())
    if len(names) != 1:
        told = ", ".join(names) or "none yet"
        raise not_run(f"Name one with --infrastructure; there are: {told}.")
    return files.named(folder(), names[0])


def target_asked(
    options: dict[str, Any],  # Any: argparse
    environment: Environment | None,
    infrastructure: Infrastructure,
) -> Target:
    """An environment's own, or one of the hosts that the file names."""
    if environment is not None:
        return target_of(environment)
    endpoint = options["endpoint"] or ""
    try:
        check_endpoint(endpoint)
    except ValueError as error:
        raise not_run(str(error)) from error
    return Target(
        name=infrastructure.name,
        project=infrastructure.project,
        region=infrastructure.region,
        endpoint=endpoint,
        allowed_hosts=infrastructure.hosts,
        routes=dict.fromkeys(infrastructure.hosts, endpoint) if endpoint else {},
        read_timeout=settings.READ_TIMEOUT_SECONDS,
    )
