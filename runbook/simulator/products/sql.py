"""Cloud SQL Admin under its two prefixes: instances, operations, backups, flags.

An instance in `MAINTENANCE` accepts a patch or a restart, and is `RUNNABLE` when that is done.
"""

from __future__ import annotations

from runbook.simulator import operations, sql_backups, sql_flags, sql_operations
from runbook.simulator.errors import Refusal
from runbook.simulator.merge import merged
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Handler, Product, Route
from runbook.simulator.sql_instances import as_google_shows, seed
from runbook.simulator.sql_operations import no_instance
from runbook.simulator.store import Resource

_PATCH_SECONDS = 5.0
_RESTART_SECONDS = 8.0


def get_instance(call: Call) -> Resource:
    return _existing(call)


def list_instances(call: Call) -> Resource:
    instances = call.store.under(f"sql/projects/{call.store.place.project}/instances")
    return {"kind": "sql#instancesList"} | page(call, "items", instances)


def patch_instance(call: Call) -> Resource:
    """Settings merge field by field, but a list (flags, networks) is replaced as a whole."""
    before = _existing(call)
    settings = call.body.get("settings") or {}
    if not isinstance(settings, dict):
        raise Refusal(400, "Invalid value at 'settings': an object is needed.")
    _refuse_if_busy(call)
    _check_version(before, settings)
    sql_flags.check(before["databaseVersion"], settings.get("databaseFlags") or [])
    after = merged(before["settings"], settings)
    _check_disk(before["settings"], after)
    after["ipConfiguration"] = as_google_shows(after["ipConfiguration"])
    _check_network(call, before["settings"]["ipConfiguration"], after["ipConfiguration"])
    if before["settings"]["ipConfiguration"].get("privateNetwork"):
        _keep_private(after["ipConfiguration"])
    return _start(call, "UPDATE", before, after, seconds=_PATCH_SECONDS)


def restart_instance(call: Call) -> Resource:
    before = _existing(call)
    _refuse_if_busy(call)
    if before["settings"]["activationPolicy"] == "NEVER":
        raise Refusal(
            400,
            "Invalid request: The instance is not running, please start it first.",
            reason="invalidState",
        )
    return _start(call, "RESTART", before, before["settings"], seconds=_RESTART_SECONDS)


def list_flags(call: Call) -> Resource:
    flags = sql_flags.of_version(call.query.get("databaseVersion", ""))
    return {"kind": "sql#flagsList", "items": [flag.shown() for flag in flags]}


def _existing(call: Call) -> Resource:
    name = f"sql/projects/{call.store.place.project}/instances/{call.params['instance']}"
    found = call.store.get(name)
    if found is None:
        raise no_instance()
    return found


def _refuse_if_busy(call: Call) -> None:
    key = f"sql/projects/{call.store.place.project}/instances/{call.params['instance']}"
    if operations.running(call.store, key):
        raise Refusal(
            409,
            "Operation failed because another operation was already in progress.",
            reason="operationInProgress",
        )


def _check_version(before: Resource, settings: Resource) -> None:
    given = settings.get("settingsVersion")
    if given is not None and str(given) != before["settings"]["settingsVersion"]:
        raise Refusal(
            412,
            "Condition does not match: settingsVersion is out of date.",
            reason="staleData",
        )


def _check_disk(before: Resource, after: Resource) -> None:
    now, wanted = before["dataDiskSizeGb"], after["dataDiskSizeGb"]
    if int(wanted) < int(now):
        raise Refusal(
            400,
            "Invalid request: The disk size cannot decrease. "
            f"Current size: {now} GB, requested: {wanted} GB..",
            reason="invalid",
        )


def _check_network(call: Call, before: Resource, after: Resource) -> None:
    """A new private network must be one that is peered with Google's services."""
    wanted = str(after.get("privateNetwork") or "")
    if not wanted or wanted == before.get("privateNetwork"):
        return
    network = call.store.get(f"compute/{wanted}") or {}
    peers = [peering["name"] for peering in network.get("peerings", [])]
    if "servicenetworking-googleapis-com" not in peers:
        raise Refusal(
            400,
            "Invalid request: Incorrect Service Networking config for instance: "
            f"{call.store.place.project}:{call.params['instance']}:SERVICE_NETWORKING_NOT_ENABLED.",
        )


def _keep_private(addresses: Resource) -> None:
    if not addresses.get("privateNetwork"):
        raise Refusal(400, "Invalid request: Private IP cannot be disabled once it is enabled.")


def _start(
    call: Call, verb: str, before: Resource, settings: Resource, *, seconds: float
) -> Resource:
    """An operation that ends `RUNNABLE`; new settings get a new version."""
    after = before | {"state": "RUNNABLE"}
    if verb == "UPDATE":
        version = str(int(before["settings"]["settingsVersion"]) + 1)
        changed = {"settings": settings | {"settingsVersion": version}}
        after |= changed | {"etag": call.store.fingerprint()}
    record = operations.begin(
        call,
        kind="sql",
        verb=verb,
        target=f"sql/projects/{before['project']}/instances/{before['name']}",
        seconds=seconds,
        before=before,
        after=after,
    )
    return sql_operations.accepted(call, record)


_BELOW_PROJECT: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "instances", list_instances),
    ("GET", "instances/{instance}", get_instance),
    ("PATCH", "instances/{instance}", patch_instance),
    ("POST", "instances/{instance}/restart", restart_instance),
    ("GET", "instances/{instance}/backupRuns", sql_backups.list_runs),
    ("GET", "instances/{instance}/backupRuns/{run}", sql_backups.get_run),
    ("GET", "backups", sql_backups.list_backups),
    ("GET", "operations", sql_operations.list_operations),
    ("GET", "operations/{operation}", sql_operations.get_operation),
)


def _routes() -> tuple[Route, ...]:
    """Everything twice: clients use `/v1/`, gcloud uses `/sql/v1beta4/`."""
    routes = []
    for prefix in ("/v1", "/sql/v1beta4"):
        routes.append(Route("GET", f"{prefix}/flags", list_flags))
        for method, path, handler in _BELOW_PROJECT:
            routes.append(Route(method, f"{prefix}/projects/{{project}}/{path}", handler))
    return tuple(routes)


PRODUCT = Product(
    routes=_routes(),
    sections={
        "sql_instances": seed,
        "sql_operations": sql_operations.seed,
        "sql_backups": sql_backups.seed,
    },
)
