"""Secret Manager: secrets and their versions. Payloads are made-up values of the scenario."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from runbook.simulator.checksum import crc32c
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource

_LONG_AGO = "2026-01-12T09:30:00.000000Z"


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    """Each secret by name with its value; the versions of a secret live in collections below it."""
    resources: dict[str, Resource] = {}
    for name, value in section.items():
        parent = f"projects/{place.number}/secrets/{name}"
        data = base64.b64encode(str(value).encode()).decode()
        resources[f"secrets/{parent}"] = _secret(parent, _LONG_AGO, '"1"')
        resources[f"secrets/{parent}/versions/1"] = {
            "version": _version(parent, 1, _LONG_AGO, '"1"'),
            "data": data,
        }
    return resources


def get_secret(call: Call) -> Resource:
    return _existing(call)


def list_secrets(call: Call) -> Resource:
    secrets = call.store.under(f"secrets/projects/{call.store.place.number}/secrets")
    return page(call, "secrets", secrets) | {"totalSize": len(secrets)}


def create_secret(call: Call) -> Resource:
    name = call.query.get("secretId", "")
    parent = f"projects/{call.store.place.number}/secrets/{name}"
    if not name:
        raise Refusal(400, "The field 'secret_id' is required.")
    if not isinstance(call.body.get("replication"), dict):
        raise Refusal(400, "The field 'secret.replication' is required.")
    if call.store.get(f"secrets/{parent}") is not None:
        raise Refusal(409, f"Secret [{parent}] already exists.")
    made = _secret(parent, call.store.time(), _etag(call))
    made["replication"] = call.body["replication"]
    if call.body.get("labels"):
        made["labels"] = call.body["labels"]
    call.store.put(f"secrets/{parent}", made)
    return made


def add_version(call: Call) -> Resource:
    parent = _existing(call)["name"]
    payload = call.body.get("payload")
    if not isinstance(payload, dict):
        raise Refusal(400, "The field 'payload' is required.")
    data = _decoded(str(payload.get("data", "")))
    checksum = payload.get("dataCrc32c")
    if checksum is not None and str(checksum) != str(crc32c(data)):
        raise Refusal(400, "The specified CRC32C checksum does not match the payload.")
    number = 1 + len(call.store.items(f"secrets/{parent}/versions"))
    version = _version(parent, number, call.store.time(), _etag(call))
    version["clientSpecifiedPayloadChecksum"] = checksum is not None
    held = {"version": version, "data": base64.b64encode(data).decode()}
    call.store.put(f"secrets/{version['name']}", held)
    return version


def list_versions(call: Call) -> Resource:
    held = call.store.under(f"secrets/{_existing(call)['name']}/versions")
    versions = [one["version"] for one in reversed(held)]
    return page(call, "versions", versions) | {"totalSize": len(versions)}


def get_version(call: Call) -> Resource:
    version: Resource = _held(call)["version"]
    return version


def access_version(call: Call) -> Resource:
    held = _held(call)
    name, state = held["version"]["name"], held["version"]["state"]
    if state != "ENABLED":
        raise Refusal(
            400, f"Secret Version [{name}] is in {state} state.", status="FAILED_PRECONDITION"
        )
    data = base64.b64decode(held["data"])
    payload = {"data": held["data"], "dataCrc32c": str(crc32c(data))}
    return {"name": name, "payload": payload}


def enable_version(call: Call) -> Resource:
    return _set_state(call, "ENABLED")


def disable_version(call: Call) -> Resource:
    return _set_state(call, "DISABLED")


def _set_state(call: Call, state: str) -> Resource:
    held = _held(call)
    version: Resource = held["version"] | {"state": state, "etag": _etag(call)}
    call.store.put(f"secrets/{version['name']}", held | {"version": version})
    return version


def _existing(call: Call) -> Resource:
    name = f"projects/{call.store.place.number}/secrets/{call.params['secret']}"
    found = call.store.get(f"secrets/{name}")
    if found is None:
        raise Refusal(404, f"Secret [{name}] not found.")
    return found


def _held(call: Call) -> Resource:
    """The version asked for with its payload; `latest` is the newest, whatever its state."""
    name = f"projects/{call.store.place.number}/secrets/{call.params['secret']}"
    versions = call.store.under(f"secrets/{name}/versions")
    wanted = call.params["version"]
    if not versions and (wanted == "latest" or call.store.get(f"secrets/{name}") is None):
        raise Refusal(404, f"Secret [{name}] not found or has no versions.")
    number = str(len(versions)) if wanted == "latest" else wanted
    found = call.store.get(f"secrets/{name}/versions/{number}")
    if found is None:
        raise Refusal(404, f"Secret Version [{name}/versions/{number}] not found.")
    return found


def _secret(name: str, created: str, etag: str) -> Resource:
    return {
        "name": name,
        "replication": {"automatic": {}},
        "createTime": created,
        "etag": etag,
    }


def _version(parent: str, number: int, created: str, etag: str) -> Resource:
    return {
        "name": f"{parent}/versions/{number}",
        "createTime": created,
        "state": "ENABLED",
        "replicationStatus": {"automatic": {}},
        "etag": etag,
    }


def _etag(call: Call) -> str:
    return f'"{call.store.serial():x}"'


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, "Invalid value at 'payload.data': Base64 decoding failed.") from error


_SECRETS = "/v1/projects/{project}/secrets"
_VERSIONS = _SECRETS + "/{secret}/versions"

PRODUCT = Product(
    routes=(
        Route("GET", _SECRETS, list_secrets),
        Route("POST", _SECRETS, create_secret),
        Route("GET", _SECRETS + "/{secret}", get_secret),
        Route("POST", _SECRETS + "/{secret}:addVersion", add_version),
        Route("GET", _VERSIONS, list_versions),
        Route("GET", _VERSIONS + "/{version}", get_version),
        Route("GET", _VERSIONS + "/{version}:access", access_version),
        Route("POST", _VERSIONS + "/{version}:enable", enable_version),
        Route("POST", _VERSIONS + "/{version}:disable", disable_version),
    ),
    sections={"secrets": seed},
)
