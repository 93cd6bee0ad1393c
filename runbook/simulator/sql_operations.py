"""Operations of Cloud SQL as its API shows them: those under way and those of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from runbook.simulator import operations
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call
from runbook.simulator.sql_instances import ROOT
from runbook.simulator.store import Place, Resource


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    """What was done to instances before the scenario begins, by name, the oldest first."""
    return {
        f"sql/projects/{place.project}/past/{name}": _past(name, body, place)
        for name, body in section.items()
        if body
    }


def get_operation(call: Call) -> Resource:
    wanted = call.params["operation"]
    record = operations.find(call.store, kind="sql", name=wanted)
    past = call.store.get(f"sql/projects/{call.store.place.project}/past/{wanted}")
    if record is None and past is None:
        raise Refusal(
            404, "The Cloud SQL instance operation does not exist.", reason="operationDoesNotExist"
        )
    return shown(call, record) if record else past or {}


def list_operations(call: Call) -> Resource:
    """Newest first; of one instance when `instance` says which."""
    listed = [shown(call, one) for one in operations.listed(call.store, "sql")]
    listed += reversed(call.store.under(f"sql/projects/{call.store.place.project}/past"))
    if wanted := call.query.get("instance"):
        if call.store.get(f"sql/projects/{call.store.place.project}/instances/{wanted}") is None:
            raise no_instance()
        listed = [one for one in listed if one["targetId"] == wanted]
    return {"kind": "sql#operationsList"} | page(call, "items", listed)


def no_instance() -> Refusal:
    return Refusal(404, "The Cloud SQL instance does not exist.", reason="instanceDoesNotExist")


def accepted(call: Call, record: Resource) -> Resource:
    """The record as the change itself is answered: taken, and not begun yet."""
    operation = shown(call, record)
    del operation["startTime"]
    return operation | {"status": "PENDING"}


def shown(call: Call, record: Resource) -> Resource:
    """The record as sql#operation."""
    name = record["target"].rsplit("/", 1)[1]
    operation = _operation(record["name"], name, record["verb"], call.store.place) | {
        "status": "DONE" if record["done"] else "RUNNING",
        "insertTime": call.store.time(record["started"]),
        "startTime": call.store.time(record["started"]),
    }
    if record["done"]:
        operation["endTime"] = call.store.time(record["ends"])
    if record["done"] and record["error"]:
        operation["error"] = _errors(record["error"])
    return operation


def _past(name: str, body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    started = datetime.fromisoformat(body["at"])
    ended = started + timedelta(seconds=body["seconds"])
    operation = _operation(name, body["instance"], body["type"], place) | {
        "status": "DONE",
        "insertTime": _written(started),
        "startTime": _written(started),
        "endTime": _written(ended),
    }
    return operation | ({"error": _errors(body["error"])} if "error" in body else {})


def _operation(name: str, instance: str, verb: str, place: Place) -> Resource:
    return {
        "kind": "sql#operation",
        "name": name,
        "operationType": verb,
        "user": operations.USER,
        "targetId": instance,
        "targetProject": place.project,
        "targetLink": f"{ROOT}/projects/{place.project}/instances/{instance}",
        "selfLink": f"{ROOT}/projects/{place.project}/operations/{name}",
    }


def _errors(message: str) -> Resource:
    detail = {"kind": "sql#operationError", "code": "INTERNAL_ERROR", "message": message}
    return {"kind": "sql#operationErrors", "errors": [detail]}


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
