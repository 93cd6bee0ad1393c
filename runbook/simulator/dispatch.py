"""From a request to the one route that answers it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from runbook.simulator import bodies, catalogue
from runbook.simulator.condition import application
from runbook.simulator.errors import Refusal, shape_of
from runbook.simulator.faults import Fault
from runbook.simulator.routing import Call, Reply, Route
from runbook.simulator.store import Resource, Store

_LOOKS_REAL = (
    "This is a simulator, and the token looks like one of Google's own (ya29.…). It was not used; "
    "do not send it here. Use no credentials, or any other string."
)

GAP = "a gap of the simulator, which says nothing about Google"


def refuse_real_token(request: Request) -> None:
    authorization = request.headers.get("authorization", "")
    if authorization.removeprefix("Bearer ").startswith("ya29."):
        raise Refusal(401, _LOOKS_REAL)


async def route(
    store: Store, request: Request, body: Resource, fault: Fault | None, entry: Resource
) -> Resource | Reply:
    """Finds the route, checks body and project and lets the route's function answer.

    Sets `known` in the log entry once a route was found. Raises `Refusal`.
    """
    host = request.headers.get("host", "").partition(":")[0].lower()
    found, params = _find(store, method=request.method, path=request.url.path, host=host)
    entry["known"] = True
    bodies.check(found, body)
    _check_project(store, request.url.path, params)
    call = Call(
        method=request.method,
        host=host,
        path=request.url.path,
        params=params,
        query=dict(request.query_params),
        body=body,
        store=store,
        fault=fault,
    )
    if found.waiter:
        return await found.waiter(call)
    with store.transaction():
        return found.answer(call)


def _find(store: Store, *, method: str, path: str, host: str) -> tuple[Route, Mapping[str, str]]:
    on_site = host in application(store)["hosts"]
    wanted = "GET" if method == "HEAD" else method
    for candidate in catalogue.routes():
        if candidate.method == wanted and candidate.on_site == on_site:
            params = candidate.match(path)
            if params is not None:
                return candidate, params
    raise Refusal(404, f"{method} {path} is not served here: {GAP}.")


def _check_project(store: Store, path: str, params: Mapping[str, str]) -> None:
    """One project exists, by id or number; every other is refused as Google refuses strangers."""
    project = params.get("project")
    if project is None or project in (store.place.project, store.place.number):
        return
    if shape_of(path) == "compute":
        raise Refusal(404, f"The resource 'projects/{project}' was not found")
    raise Refusal(
        403,
        f"Permission denied on resource project {project} (or it may not exist).",
        reason="notAuthorized",
    )
