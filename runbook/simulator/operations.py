"""Operations take time: their records, how they begin, and how the three kinds of API show them.

A record holds what its target becomes: `after` when it succeeds, `before` when it fails (None
removes it). `Store.transaction` applies it once `ends` has come; `ends` is None for an operation
that never ends.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call
from runbook.simulator.store import Resource, Store

Kind = Literal["vpcaccess", "sql", "compute", "run", "silent"]

LONGEST_WAIT = 120.0
_KEPT = 200
USER = "runbook@simulator.invalid"
FAILURE = "Internal error encountered while the operation ran (fault asked for)."


def begin(
    call: Call,
    *,
    kind: Kind,
    verb: str,
    target: str,
    seconds: float,
    before: Resource | None,
    after: Resource | None,
) -> Resource:
    """Records an operation on `target` that takes `seconds` at speed 1, and returns the record."""
    store = call.store
    started = store.now()
    fault = call.fault.kind if call.fault else ""
    number = store.serial()
    record: Resource = {
        "id": number,
        "name": f"operation-{int(started * 1000)}-{number:05x}",
        "kind": kind,
        "verb": verb,
        "target": target,
        "started": started,
        "ends": None if fault == "operation-never-ends" else started + seconds / store.speed,
        "before": before,
        "after": after,
        "error": FAILURE if fault == "operation-fails" else "",
        "request_id": call.query.get("requestId", ""),
        "done": False,
    }
    store.operations[record["name"]] = record
    _forget_old(store)
    store.touch()
    return record


def running(store: Store, target: str) -> Resource | None:
    """The unfinished operation on a resource, if there is one."""
    for record in store.operations.values():
        if record["target"] == target and record["kind"] != "silent" and not record["done"]:
            return record
    return None


def find(store: Store, *, kind: Kind, name: str) -> Resource | None:
    record = store.operations.get(name)
    return record if record and record["kind"] == kind else None


def listed(store: Store, kind: Kind) -> list[Resource]:
    """Operations of one API, newest first."""
    return [one for one in reversed(store.operations.values()) if one["kind"] == kind]


async def wait_until_done(call: Call, *, kind: Kind, name: str) -> Resource:
    """Returns the record once it is done, or as it stands after `LONGEST_WAIT` seconds."""
    deadline = call.store.now() + LONGEST_WAIT
    while True:
        with call.store.transaction():
            record = find(call.store, kind=kind, name=name)
            if record is None:
                raise Refusal(404, f"The resource '{name}' was not found")
            left = min(deadline, record["ends"] or deadline) - call.store.now()
            if record["done"] or left <= 0:
                return record
        await asyncio.sleep(min(left, 1.0) + 0.005)


def progress(store: Store, record: Resource) -> int:
    """Percent of its time that is over; an operation that never ends stays at 0."""
    if record["done"]:
        return 100
    if record["ends"] is None:
        return 0
    share = (store.now() - record["started"]) / (record["ends"] - record["started"])
    return max(0, min(99, int(100 * share)))


def _forget_old(store: Store) -> None:
    finished = [name for name, record in store.operations.items() if record["done"]]
    for name in finished[: max(0, len(store.operations) - _KEPT)]:
        del store.operations[name]
