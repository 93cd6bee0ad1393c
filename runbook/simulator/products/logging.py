"""Cloud Logging: entries by filter, and sinks."""

from __future__ import annotations

from itertools import chain

from runbook.simulator import expressions, log_audit, log_entries
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Resource

_PAGE = 50
_LARGEST_PAGE = 1000
_DESTINATIONS = ("bigquery", "storage", "pubsub", "logging")


def list_entries(call: Call) -> Resource:
    """Entries that fit `filter`, the oldest first unless `orderBy` says `timestamp desc`."""
    _check_parents(call)
    fits = expressions.compiled(str(call.body.get("filter") or ""))
    every = chain(log_entries.written(call.store), log_audit.audited(call.store))
    found = [entry for entry in every if fits(entry)]
    found.sort(key=lambda one: (one["timestamp"], one["insertId"]), reverse=_is_descending(call))
    start, size = _whole(call, "pageToken", 0), _whole(call, "pageSize", _PAGE)
    chosen = found[start : start + size]
    listed: Resource = {"entries": chosen} if chosen else {}
    if start + size < len(found):
        listed["nextPageToken"] = str(start + size)
    return listed


def _check_parents(call: Call) -> None:
    own = (call.store.place.project, call.store.place.number)
    names = call.body.get("resourceNames") or []
    if not names:
        raise Refusal(400, "At least one resource name is required.")
    for name in names:
        if name.split("/")[1:2] not in ([own[0]], [own[1]]):
            raise Refusal(403, f"Permission denied for all log views of {name}.")


def _is_descending(call: Call) -> bool:
    order = str(call.body.get("orderBy") or "timestamp asc").lower()
    if order not in ("timestamp", "timestamp asc", "timestamp desc"):
        raise Refusal(400, f"Unsupported orderBy '{order}': timestamp asc or timestamp desc.")
    return order.endswith("desc")


def _whole(call: Call, field: str, default: int) -> int:
    text = str(call.body.get(field) or default)
    if not text.isdecimal():
        raise Refusal(400, f"Invalid value for {field}: '{text}'.")
    return min(int(text), _LARGEST_PAGE) if field == "pageSize" else int(text)


def get_sink(call: Call) -> Resource:
    found = call.store.get(f"{_parent(call)}/{call.params['sink']}")
    if found is None:
        raise Refusal(404, f"Sink {call.params['sink']} does not exist")
    return found


def list_sinks(call: Call) -> Resource:
    return page(call, "sinks", call.store.under(_parent(call)))


def create_sink(call: Call) -> Resource:
    """Needs a destination that takes logs; the answer names the identity that will write."""
    name, destination = str(call.body.get("name", "")), str(call.body.get("destination", ""))
    if not name or destination.partition(".googleapis.com/")[0] not in _DESTINATIONS:
        raise Refusal(400, "A sink needs a name and a destination that takes logs.")
    key = f"{_parent(call)}/{name}"
    if call.store.get(key) is not None:
        raise Refusal(409, f"Sink {name} already exists")
    place = call.store.place
    made = {
        "name": name,
        "resourceName": f"projects/{place.project}/sinks/{name}",
        "destination": destination,
        "filter": str(call.body.get("filter", "")),
        **{name: call.body[name] for name in _KEPT if call.body.get(name)},
        "createTime": call.store.time(),
        "updateTime": call.store.time(),
        "writerIdentity": (
            f"serviceAccount:service-{place.number}@gcp-sa-logging.iam.gserviceaccount.com"
        ),
    }
    call.store.put(key, made)
    return made


def delete_sink(call: Call) -> Resource:
    get_sink(call)
    call.store.put(f"{_parent(call)}/{call.params['sink']}", None)
    return {}


def _parent(call: Call) -> str:
    return f"logging/projects/{call.store.place.project}/sinks"


_KEPT = ("description", "disabled", "bigqueryOptions")
_SINKS = "/v2/projects/{project}/sinks"

PRODUCT = Product(
    routes=(
        Route("POST", "/v2/entries:list", list_entries),
        Route("GET", _SINKS, list_sinks),
        Route("POST", _SINKS, create_sink),
        Route("GET", _SINKS + "/{sink}", get_sink),
        Route("DELETE", _SINKS + "/{sink}", delete_sink),
    ),
    sections={"log_entries": log_entries.seed},
)
