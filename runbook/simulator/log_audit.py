"""Audit entries: who changed what, from the operations that the simulator remembers."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.simulator import operations
from runbook.simulator.log_entries import stamp
from runbook.simulator.store import Resource, Store

_SERVICES = {
    "vpcaccess": "vpcaccess.googleapis.com",
    "sql": "cloudsql.googleapis.com",
    "compute": "compute.googleapis.com",
    "run": "run.googleapis.com",
}
_INTERNAL = 13


def audited(store: Store) -> Iterator[Resource]:
    """One entry for each change that was accepted, of a service and not of its revisions."""
    for record in store.operations.values():
        if record["kind"] in _SERVICES and "/revisions/" not in record["target"]:
            yield _entry(store, record)


def _entry(store: Store, record: Resource) -> Resource:
    failed = record["done"] and record["error"]
    payload: Resource = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "authenticationInfo": {"principalEmail": operations.USER},
        "serviceName": _SERVICES[record["kind"]],
        "methodName": _method(record),
        "resourceName": record["target"].partition("/")[2],
        "status": {"code": _INTERNAL, "message": record["error"]} if failed else {},
    }
    return {
        "insertId": record["name"],
        "protoPayload": payload,
        "resource": _resource(store, record, payload["methodName"]),
        "timestamp": stamp(store, record["started"]),
        "severity": "ERROR" if failed else "NOTICE",
        "logName": (f"projects/{store.place.project}/logs/cloudaudit.googleapis.com%2Factivity"),
        "operation": {"id": record["name"], "producer": payload["serviceName"], "first": True},
        "receiveTimestamp": stamp(store, record["started"] + 0.7),
    }


def _method(record: Resource) -> str:
    verb = record["verb"]
    match record["kind"]:
        case "vpcaccess":
            return f"google.cloud.vpcaccess.v1.VpcAccessService.{verb}"
        case "sql":
            return f"cloudsql.instances.{verb.lower()}"
        case "run":
            return "google.cloud.run.v1.Services.ReplaceService"
    return f"v1.compute.{record['target'].split('/')[-2]}.{verb}"


def _resource(store: Store, record: Resource, method: str) -> Resource:
    place, name = store.place, record["target"].rpartition("/")[2]
    project = {"project_id": place.project}
    if record["kind"] == "sql":
        labels = {"database_id": f"{place.project}:{name}", "region": place.region}
        return {"type": "cloudsql_database", "labels": project | labels}
    labels = {"service": _SERVICES[record["kind"]], "method": method}
    return {"type": "audited_resource", "labels": project | labels}
