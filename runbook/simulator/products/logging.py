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
_SEPARATOR = "/"
_DESTINATIONS = ("bigquery", "storage", "pubsub", "logging")


def list_entries(call: Call) -> Resource:
    """Entries that fit `filter`, the oldest first unless `orderBy` says `timestamp desc`.

    A page token says which entry was the last one, so that what is written between two pages
    neither repeats an entry nor passes one over.
    """
    _check_parents(call)
    fits = expressions.compiled(str(call.body.get("filter") or ""))
    every = chain(log_entries.written(call.store), log_audit.audited(call.store))
    descending, size, last = _is_descending(call), _page_size(call), _last(call)
    found = sorted((entry for entry in every if fits(entry)), key=_place, reverse=descending)
    if last:
        found = [one for one in found if (_place(one) < last if descending else _place(one) > last)]
    chosen = found[:size]
    listed: Resource = {"entries": chosen} if chosen else {}
    if size < len(found):
        listed["nextPageToken"] = _SEPARATOR.join(_place(chosen[-1]))
    return listed


def _place(entry: Resource) -> tuple[str, str]:
    """What entries are ordered by."""
    return entry["timestamp"], entry["insertId"]


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


def _page_size(call: Call) -> int:
    text = str(call.body.get("pageSize") or _PAGE)
    if not text.isdecimal():
        raise Refusal(400, f"Invalid value for pageSize: '{text}'.")
    return min(int(text) or _PAGE, _LARGEST_PAGE)


def _last(call: Call) -> tuple[str, str] | None:
    """The place of the last entry of the page before, None for the first page."""
    token = str(call.body.get("pageToken") or "")
    timestamp, separator, insert_id = token.partition(_SEPARATOR)
    if token and not separator:
        raise Refusal(400, f"Invalid value for pageToken: '{token}'.")
    return (timestamp, insert_id) if token else None


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
