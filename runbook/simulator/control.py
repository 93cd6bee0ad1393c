"""The control API under `/_simulator/`: state, reset, faults, and the log of requests."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from runbook.simulator import faults, symptoms
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Reply
from runbook.simulator.site_probes import site_answer
from runbook.simulator.store import Resource, Store


def answer(
    store: Store, log: Sequence[Resource], request: Request, body: Resource
) -> Resource | Reply:
    """One answer of the control API. Raises `Refusal`; never struck by faults nor delayed."""
    asked = (request.method, request.url.path.removeprefix("/_simulator/"))
    with store.transaction():
        symptoms.observe(store)
        if asked[1].startswith("site/"):
            return site_answer(store, asked[1].removeprefix("site/"), request.query_params)
        match asked:
            case ("GET", "state"):
                return _state(store)
            case ("POST", "reset"):
                store.reset()
                return {"scenario": store.scenario}
            case ("GET", "faults"):
                return {"faults": store.faults}
            case ("POST", "faults"):
                return faults.arm(store, body)
            case ("DELETE", "faults"):
                store.faults.clear()
                store.touch()
                return {"faults": []}
            case ("GET", "log"):
                return {"requests": list(log)}
    raise Refusal(404, "The control API has state, reset, faults, log and site.")


def _state(store: Store) -> Resource:
    place = store.place
    return {
        **store.snapshot(),
        "project": place.project,
        "number": place.number,
        "region": place.region,
        "speed": store.speed,
    }
