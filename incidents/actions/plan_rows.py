"""A plan as its row keeps it, and what moved between two of them.

Pages read this as workers do, so nothing here brings the clients of Google along.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incidents.actions.named import Moved
from incidents.actions.storable import storable_text
from incidents.models import Plan
from runbook.commands import base
from runbook.document.definition import Json

if TYPE_CHECKING:
    from incidents.actions.job import Job

LONGEST_IDENTITY = 300
WRITTEN_TO = "the resource's version"


def identity_of(job: Job) -> str:
    """Who the worker's credentials act as, as plans keep it. Raises one of `UNPLANNABLE`."""
    return storable_text(job.identity())[:LONGEST_IDENTITY]


def as_columns(plan: base.Plan) -> dict[str, Any]:  # Any: JSON columns
    return {
        "resource": plan.resource[:300],
        "before": plan.before,
        "after": plan.after,
        "changes": [dataclasses.asdict(change) for change in plan.changes],
        "fingerprint": plan.fingerprint[:200],
        "warnings": list(plan.warnings),
        "refusals": list(plan.refusals),
        "undo": plan.undo,
        "why_no_undo": plan.why_no_undo,
    }


def as_plan(row: Plan) -> base.Plan:
    """The stored plan as the engine's value."""
    return base.Plan(
        resource=row.resource,
        before=row.before,
        after=row.after,
        changes=tuple(base.FieldChange(**change) for change in row.changes),
        fingerprint=row.fingerprint,
        warnings=tuple(row.warnings),
        refusals=tuple(row.refusals),
        undo=row.undo,
        why_no_undo=row.why_no_undo,
    )


def moved_fields(old: base.Plan, new: base.Plan) -> list[Moved]:
    """Which fields of the resource differ between the approved plan and the world now."""
    if old.fingerprint == new.fingerprint and old.changes == new.changes:
        return []
    planned = {change.path: change for change in old.changes}
    found = {change.path: change for change in new.changes}
    moved = []
    for path in sorted(planned.keys() | found.keys()):
        # A field that only one plan would change already has, in the other, the wanted value.
        was = planned[path].before if path in planned else found[path].after
        now = found[path].before if path in found else planned[path].after
        if was != now:
            moved.append(Moved(what=path, before=was, after=now))
    return moved or [Moved(what=WRITTEN_TO, before=old.fingerprint, after=new.fingerprint)]


def what_moved(moved: Sequence[Moved]) -> str:
    """Words for the fields that moved."""
    if [one["what"] for one in moved] == [WRITTEN_TO]:
        return "the resource was written to"
    fields = [
        f"{one['what']} was {in_words(one['before'])} and is now {in_words(one['after'])}"
        for one in moved
    ]
    return "; ".join(fields)


def with_arrow(one: Moved) -> str:
    return f"{one['what']}: {in_words(one['before'])} → {in_words(one['after'])}"


def in_words(value: Json) -> str:
    """A value of a resource as sentences name it."""
    if value is None:
        return "not set"
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
