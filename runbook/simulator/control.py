"""The control API under `/_simulator/`: state, saves, reset, clock, faults, site, and the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from starlette.requests import Request

from runbook.simulator import faults, saves, symptoms
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Reply
from runbook.simulator.site_probes import site_answer
from runbook.simulator.store import Resource, Store


def answer(
    store: Store,
    log: Sequence[Resource],
    request: Request,
    body: Resource,
    folder: Path | None = None,
) -> Resource | Reply:
    """One answer of the control API. Raises `Refusal`; never struck by faults nor delayed.

    `folder` is where states are saved by name.
    """
    method, asked = request.method, request.url.path.removeprefix("/_simulator/")
    with store.transaction():
        symptoms.observe(store)
        if asked.startswith("site/"):
            return site_answer(store, asked.removeprefix("site/"), request.query_params)
        if asked == "faults":
            return _faults(store, method, body)
        if asked == "clock":
            return _clock(store, method, body)
        if (method, asked) == ("GET", "log"):
            return {"requests": list(log)}
        return _state(store, method, asked, folder, body)


def _faults(store: Store, method: str, body: Resource) -> Resource:
    match method:
        case "GET":
            return {"faults": store.faults}
        case "POST":
            return faults.arm(store, body)
        case "DELETE":
            store.faults.clear()
            store.touch()
            return {"faults": []}
    raise Refusal(404, "Faults are read, armed with POST and removed with DELETE.")


def _clock(store: Store, method: str, body: Resource) -> Resource:
    if method == "POST":
        store.move_clock(_moment(body))
    elif method != "GET":
        raise Refusal(404, "The clock is read, and moved with POST.")
    return {"at": store.time()}


def _moment(body: Resource) -> float | None:
    """Seconds since the epoch; None for the real time."""
    if body == {"at": None}:
        return None
    try:
        moment = datetime.fromisoformat(str(body["at"]))
    except (KeyError, ValueError) as error:
        raise _no_moment() from error
    if moment.tzinfo is None or len(body) > 1:
        raise _no_moment()
    return moment.timestamp()


def _no_moment() -> Refusal:
    return Refusal(400, 'The clock takes {"at": "2026-03-02T14:00:00Z"}, or null for real time.')


def _state(store: Store, method: str, asked: str, folder: Path | None, body: Resource) -> Resource:
    match (method, asked):
        case ("GET", "state"):
            return saves.state_of(store)
        case ("PUT", "state"):
            return saves.put_state(store, body)
        case ("POST", "save"):
            return saves.save(store, folder, body)
        case ("POST", "load"):
            return saves.load(store, folder, body)
        case ("GET", "saves"):
            return {"saves": saves.names(folder)}
        case ("POST", "reset"):
            store.reset()
            return {"scenario": store.scenario}
    raise Refusal(
        404, "The control API has state, save, load, saves, reset, clock, faults, log and site."
    )
