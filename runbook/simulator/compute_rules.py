"""What Compute Engine asks of a change, whatever the collection."""

from __future__ import annotations

import json
import re

from runbook.simulator import operations
from runbook.simulator.compute_links import KEY, key_of
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call
from runbook.simulator.store import Resource

_CAPITAL = re.compile(r"([A-Z])")
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


def not_found(key: str) -> Refusal:
    return Refusal(404, f"The resource '{key.removeprefix(f'{KEY}/')}' was not found")


def check_name(call: Call) -> str:
    """The name in the body of an insert."""
    name = str(call.body.get("name", ""))
    if not _NAME.fullmatch(name):
        raise Refusal(400, f"Invalid value for field 'resource.name': '{name}'.")
    return name


def refuse_if_taken(call: Call, key: str) -> None:
    if call.store.get(key) is not None or operations.running(call.store, key):
        raise Refusal(409, f"The resource '{key.removeprefix(f'{KEY}/')}' already exists")


def check_fingerprint(call: Call, before: Resource) -> None:
    given = call.body.get("fingerprint")
    if not given:
        raise Refusal(400, "Required field 'resource.fingerprint' not specified", reason="required")
    if given != before["fingerprint"]:
        raise Refusal(412, "Invalid fingerprint.")


def check_references(call: Call, fields: tuple[str, ...], resource: Resource) -> None:
    for field in fields:
        value = resource.get(field) or []
        for link in [value] if isinstance(value, str) else value:
            key = key_of(link)
            if key and call.store.get(key) is None:
                raise not_found(key)


def refuse_if_busy(call: Call, key: str) -> None:
    if operations.running(call.store, key):
        path = key.removeprefix(f"{KEY}/")
        raise Refusal(400, f"The resource '{path}' is not ready", reason="resourceNotReady")


def refuse_if_used(call: Call, key: str, resource: Resource) -> None:
    link = json.dumps(resource["selfLink"])
    for other, value in call.store.everything():
        if other != key and link in json.dumps(value):
            raise Refusal(
                400,
                f"The {_singular(resource)} resource '{_shown(call, key, resource)}' is already "
                f"being used by '{_shown(call, other, resource, user=value)}'",
                reason="resourceInUseByAnotherResource",
            )


def _singular(resource: Resource) -> str:
    """`backend_service` for compute#backendService."""
    return _CAPITAL.sub(r"_\1", str(resource["kind"]).removeprefix("compute#")).lower()


def _shown(call: Call, key: str, resource: Resource, *, user: Resource | None = None) -> str:
    """A name as this refusal writes it: health checks have a spelling of their own there."""
    if _singular(resource) != "health_check":
        return key.removeprefix(f"{KEY}/")
    named = user or resource
    project = f"PROJECT:{call.store.place.number}"
    return f"GLOBAL:global/{project}/{_singular(named).upper()}:{named['name']}"
