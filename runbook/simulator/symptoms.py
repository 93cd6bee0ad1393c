"""Since when and until when a component of the application was down, for logs and time series.

`observe` runs before each request, so what was broken when the scenario began is known as such.
"""

from __future__ import annotations

from collections.abc import Iterator

from runbook.simulator import faults
from runbook.simulator.condition import watched, watched_faults
from runbook.simulator.store import Store

FAULTS = "faults/at start"
HOURS = 3


def observe(store: Store) -> None:
    """Notes which components broke or recovered since it was last called."""
    if store.observed == store.changes:
        return
    begins = not store.symptoms
    if begins:
        for fault in (store.get(FAULTS) or {}).get("armed", []):
            faults.arm(store, fault)
    broken = watched_faults(store)
    for component in watched(store):
        _note(store, component, is_broken=component in broken, begins=begins)
    store.observed = store.changes


def spans(store: Store, component: str) -> Iterator[tuple[float, float]]:
    """From when to when it was down within the last hours that are kept."""
    now = store.now()
    oldest = now - HOURS * 3600
    for since, until in store.symptoms.get(component, []):
        end = now if until is None else until
        if end > oldest:
            yield max(since, oldest), end


def was_down(store: Store, component: str, at: float) -> bool:
    return any(since <= at < until for since, until in spans(store, component))


def _note(store: Store, component: str, *, is_broken: bool, begins: bool) -> None:
    told = store.symptoms.setdefault(component, [])
    was_broken = bool(told) and told[-1][1] is None
    if is_broken == was_broken:
        return
    if is_broken:
        told.append([0.0 if begins else store.now(), None])
    else:
        told[-1][1] = store.now()
    store.touch()
