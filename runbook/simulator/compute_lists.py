"""Lists of Compute Engine resources: of one scope, and of all scopes at once."""

from __future__ import annotations

from runbook.simulator import faults
from runbook.simulator.compute_collections import Collection
from runbook.simulator.compute_filter import filtered
from runbook.simulator.compute_links import LINK
from runbook.simulator.compute_scopes import key_of_collection, path_of, scope_of, scopes
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Handler
from runbook.simulator.store import Resource

_AWAY = "The service is currently unavailable in scope '{scope}'."


def list_of(collection: Collection) -> Handler:
    def answer(call: Call) -> Resource:
        scope = scope_of(call)
        path = path_of(call.store.place, scope, collection.name)
        listed = page(call, "items", _items(call, collection, scope))
        return {
            "kind": f"compute#{collection.kind}List",
            "id": path,
            "selfLink": f"{LINK}/{path}",
        } | listed

    return answer


def aggregated_list_of(collection: Collection) -> Handler:
    """All scopes in one answer; a scope without results carries a warning that says so.

    A scope that a fault keeps away is reported in `unreachables` and in a warning of its own when
    the client takes partial success, and refuses the whole list otherwise.
    """

    def answer(call: Call) -> Resource:
        place = call.store.place
        every = call.query.get("includeAllScopes", "").lower() == "true"
        asked = scopes(place, ("global", "regions", "zones") if every else collection.scopes)
        away = [scope for scope in asked if _is_away(call, collection, scope)]
        _refuse_unless_partial(call, away)
        rows = [
            (scope, item)
            for scope in asked
            if scope not in away
            for item in _items(call, collection, scope)
        ]
        shown = page(call, "rows", rows)
        items = {scope: scope_shown(collection.name, scope, shown, away) for scope in asked}
        path = path_of(place, "aggregated", collection.name)
        return {
            "kind": f"compute#{collection.aggregated}",
            "id": path,
            "items": items,
            "selfLink": f"{LINK}/{path}",
            **({"nextPageToken": shown["nextPageToken"]} if "nextPageToken" in shown else {}),
            **({"unreachables": away} if away else {}),
        }

    return answer


def _items(call: Call, collection: Collection, scope: str) -> list[Resource]:
    """What is in one scope, by name unless the newest are asked for first."""
    found = call.store.under(key_of_collection(call.store.place, scope, collection.name))
    order = call.query.get("orderBy", "")
    if order == "creationTimestamp desc":
        ordered = sorted(found, key=lambda one: str(one["creationTimestamp"]), reverse=True)
    elif order in ("", "name"):
        ordered = sorted(found, key=lambda one: str(one["name"]))
    else:
        raise Refusal(400, f"Invalid value for field 'orderBy': '{order}'.")
    return filtered(call, ordered)


def scope_shown(name: str, scope: str, shown: Resource, away: list[str]) -> Resource:
    """What an aggregated list of the collection `name` says of one scope."""
    items = [item for where, item in shown.get("rows", []) if where == scope]
    if items:
        return {name: items}
    data = [{"key": "scope", "value": scope}]
    if scope in away:
        message = _AWAY.format(scope=scope)
        return {"warning": {"code": "UNREACHABLE", "message": message, "data": data}}
    message = f"There are no results for scope '{scope}' on this page."
    return {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": message, "data": data}}


def _is_away(call: Call, collection: Collection, scope: str) -> bool:
    path = path_of(call.store.place, scope, collection.name)
    return scope.partition("/")[0] in collection.scopes and faults.is_away(
        call.store, f"/compute/v1/{path}"
    )


def _refuse_unless_partial(call: Call, away: list[str]) -> None:
    if away and call.query.get("returnPartialSuccess", "").lower() != "true":
        raise Refusal(503, _AWAY.format(scope=away[0]))
