"""Where resources of Compute Engine are: global unless the file gives them a region."""

from __future__ import annotations

from collections.abc import Callable

from runbook.cloud.compute_place import Place
from runbook.document.definition import Json
from runbook.health.kinds import Asked


def place_of(asked: Asked) -> Place:
    return Place(asked.project, region=asked.resource.region)


def named_in(collection: str) -> Callable[[Asked], str]:
    """The full names of a collection's resources."""
    return lambda asked: place_of(asked).path(collection, asked.name)


def scope_of(asked: Asked) -> str:
    """As flags of a command line."""
    region = asked.resource.region
    return f"{f'--region={region}' if region else '--global'} --project={asked.project}"


def short(link: Json) -> str:
    """The last part of a link."""
    return str(link or "").rpartition("/")[2]


def shorts(links: Json) -> list[Json]:
    return [short(link) for link in links] if isinstance(links, list) else []
