"""Cloud Logging: sinks, and a list of entries that is always empty."""

from __future__ import annotations

from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Resource

_DESTINATIONS = ("bigquery", "storage", "pubsub", "logging")


def list_entries(call: Call) -> Resource:
    """No entry was ever written. Other projects are refused as everywhere."""
    own = (call.store.place.project, call.store.place.number)
    names = call.body.get("resourceNames") or []
    if not names:
        raise Refusal(400, "At least one resource name is required.")
    for name in names:
        if name.split("/")[1:2] not in ([own[0]], [own[1]]):
            raise Refusal(403, f"Permission denied for all log views of {name}.")
    return {}


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


_SINKS = "/v2/projects/{project}/sinks"

PRODUCT = Product(
    routes=(
        Route("POST", "/v2/entries:list", list_entries),
        Route("GET", _SINKS, list_sinks),
        Route("POST", _SINKS, create_sink),
        Route("GET", _SINKS + "/{sink}", get_sink),
        Route("DELETE", _SINKS + "/{sink}", delete_sink),
    )
)
