"""What commands that change a resource share: differences, fingerprints, and looking afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from runbook.commands.base import Cancelled, FieldChange, Plan, Probe, StillRunning
from runbook.commands.keys import get
from runbook.document.definition import Json


def fingerprint_of(resource: Json) -> str:
    """SHA-256 over the whole resource, for APIs that give none."""
    text = json.dumps(resource, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def difference(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """The fields, by path, whose values differ; a field that is missing is None."""
    paths = [*before, *(path for path in after if path not in before)]
    pairs = [(path, before.get(path), after.get(path)) for path in paths]
    return tuple(FieldChange(path, old, new) for path, old, new in pairs if old != new)


def compare(plan: Plan, fields: Mapping[str, Json], found: Json) -> Probe:
    """Whether the fields the plan changes have their new values, their old ones, or neither."""
    now = {change.path: fields.get(change.path) for change in plan.changes}
    if all(now[change.path] == change.after for change in plan.changes):
        return Probe("applied", "The resource holds what was planned.", found)
    if all(now[change.path] == change.before for change in plan.changes):
        return Probe("not applied", "The resource is as it was before.", found)
    values = ", ".join(f"{path} is {json.dumps(value)}" for path, value in now.items())
    return Probe("differs", f"Neither the old nor the new values are there: {values}.", found)


def moved(plan: Plan, fingerprint: str, found: Json) -> str:
    """Why the approved plan no longer fits the resource, or ""."""
    if fingerprint == plan.fingerprint:
        return ""
    names = sorted(_names(plan.before) | _names(found))
    changed = [name for name in names if get(plan.before, (name,)) != get(found, (name,))]
    return (
        f"{plan.resource} was changed since this was planned ({', '.join(changed)}); "
        "nothing was sent. Plan again."
    )


@contextmanager
def sent(operation: str) -> Iterator[None]:
    """Around all that follows a request Google has taken: cancelling stops only our waiting."""
    try:
        yield
    except Cancelled as stop:
        short = operation.rsplit("/", 1)[-1]
        raise StillRunning(
            f"Stopped waiting, but Google goes on: the operation {short} cannot be stopped "
            "from here."
        ) from stop


def _names(resource: Json) -> set[str]:
    return set(resource) if isinstance(resource, dict) else set()
