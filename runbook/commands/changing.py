"""What commands that change a resource share: differences, fingerprints, and looking afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from runbook.commands.base import FieldChange, Plan, Probe
from runbook.commands.keys import get, parse_key
from runbook.document.definition import Json


def fingerprint_of(resource: Json) -> str:
    """SHA-256 over the whole resource, for APIs that give none."""
    text = json.dumps(resource, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def difference(before: Json, after: Json, paths: Sequence[str]) -> tuple[FieldChange, ...]:
    """The fields among `paths` whose values differ."""
    pairs = [(path, get(before, parse_key(path)), get(after, parse_key(path))) for path in paths]
    return tuple(FieldChange(path, old, new) for path, old, new in pairs if old != new)


def compare(plan: Plan, found: Json) -> Probe:
    """Whether the fields the plan changes have their new values, their old ones, or neither."""
    now = {change.path: get(found, parse_key(change.path)) for change in plan.changes}
    if all(now[change.path] == change.after for change in plan.changes):
        return Probe("applied", "The resource holds what was planned.", found)
    if all(now[change.path] == change.before for change in plan.changes):
        return Probe("not applied", "The resource is as it was before.", found)
    values = ", ".join(f"{path} is {json.dumps(value)}" for path, value in now.items())
    return Probe(
        "differs", f"The resource holds neither the old nor the new values: {values}.", found
    )


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


def _names(resource: Json) -> set[str]:
    return set(resource) if isinstance(resource, dict) else set()
