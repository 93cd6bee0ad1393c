"""Backups of Cloud SQL: the runs of an instance, and the same as backups of the project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from runbook.simulator import expressions
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call
from runbook.simulator.sql_instances import ROOT
from runbook.simulator.sql_operations import no_instance
from runbook.simulator.store import Place, Resource

_TOOK = timedelta(seconds=94)


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    """Runs by id, the oldest first. One that failed says why in `error`."""
    return {
        f"sql/projects/{place.project}/backups/{number}": _run(str(number), body, place)
        for number, body in section.items()
        if body
    }


def list_runs(call: Call) -> Resource:
    """Newest first; `-` is every instance."""
    wanted = call.params["instance"]
    key = f"sql/projects/{call.store.place.project}/instances/{wanted}"
    if wanted != "-" and call.store.get(key) is None:
        raise no_instance()
    runs = [one for one in _runs(call) if wanted in ("-", one["instance"])]
    return {"kind": "sql#backupRunsList"} | page(call, "items", runs)


def get_run(call: Call) -> Resource:
    for run in _runs(call):
        if (run["id"], run["instance"]) == (call.params["run"], call.params["instance"]):
            return run
    raise Refusal(404, "The backup run does not exist.", reason="backupRunDoesNotExist")


def list_backups(call: Call) -> Resource:
    fits = expressions.compiled(call.query.get("filter", ""))
    backups = [_backup(run, call.store.place) for run in _runs(call)]
    return page(call, "backups", [one for one in backups if fits(one)])


def _runs(call: Call) -> list[Resource]:
    return call.store.under(f"sql/projects/{call.store.place.project}/backups")[::-1]


def _run(number: str, body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    began = datetime.fromisoformat(body["at"])
    instance = body["instance"]
    run = {
        "kind": "sql#backupRun",
        "id": number,
        "instance": instance,
        "type": body.get("type", "AUTOMATED"),
        "status": "FAILED" if "error" in body else "SUCCESSFUL",
        "backupKind": "SNAPSHOT",
        "location": "us",
        "windowStartTime": _written(began.replace(minute=0, second=0)),
        "enqueuedTime": _written(began),
        "startTime": _written(began),
        "endTime": _written(began + _TOOK),
        "selfLink": f"{ROOT}/projects/{place.project}/instances/{instance}/backupRuns/{number}",
    }
    return run | ({"error": _error(body["error"])} if "error" in body else {})


def _error(message: str) -> Resource:
    return {"kind": "sql#operationError", "code": "INTERNAL_ERROR", "message": message}


def _backup(run: Resource, place: Place) -> Resource:
    name = f"projects/{place.project}/backups/{run['id']}"
    shared = ("instance", "type", "backupKind", "location", "error")
    return {key: run[key] for key in shared if key in run} | {
        "kind": "sql#backup",
        "name": name,
        "state": run["status"],
        "backupRun": run["selfLink"].removeprefix(f"{ROOT}/"),
        "backupInterval": {"startTime": run["windowStartTime"], "endTime": run["endTime"]},
        "selfLink": f"{ROOT}/{name}",
    }


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
