"""Secret Manager: secrets and their versions. Payloads are made-up values of the scenario."""

from __future__ import annotations

import base64
import binascii
import re

from runbook.simulator import expressions, secret_versions
from runbook.simulator.checksum import crc32c
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Resource

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_LARGEST_PAYLOAD = 65_536


def get_secret(call: Call) -> Resource:
    return _existing(call)


def list_secrets(call: Call) -> Resource:
    fits = expressions.compiled(call.query.get("filter", ""))
    held = call.store.under(f"secrets/projects/{call.store.place.number}/secrets")
    secrets = [secret for secret in held if fits(secret)]
    return page(call, "secrets", secrets) | {"totalSize": len(secrets)}


def create_secret(call: Call) -> Resource:
    name = call.query.get("secretId", "")
    parent = f"projects/{call.store.place.number}/secrets/{name}"
    if not name:
        raise Refusal(400, "The field 'secret_id' is required.")
    if not _NAME.fullmatch(name):
        raise Refusal(
            400,
            f"The provided Secret ID [{name}] does not match the expected format "
            "[[a-zA-Z_0-9-]{1,255}].",
        )
    if not isinstance(call.body.get("replication"), dict):
        raise Refusal(400, "The field 'secret.replication' is required.")
    if call.store.get(f"secrets/{parent}") is not None:
        raise Refusal(409, f"Secret [{parent}] already exists.")
    made = secret_versions.secret(parent, call.store.time(), _etag(call))
    made["replication"] = call.body["replication"]
    made |= {field: call.body[field] for field in ("labels", "annotations") if call.body.get(field)}
    call.store.put(f"secrets/{parent}", made)
    return made


def add_version(call: Call) -> Resource:
    parent = _existing(call)["name"]
    payload = call.body.get("payload")
    if not isinstance(payload, dict):
        raise Refusal(400, "The field 'payload' is required.")
    data = _decoded(str(payload.get("data", "")))
    if len(data) > _LARGEST_PAYLOAD:
        raise Refusal(400, f"The payload must be no larger than {_LARGEST_PAYLOAD} bytes.")
    checksum = payload.get("dataCrc32c")
    if checksum is not None and str(checksum) != str(crc32c(data)):
        raise Refusal(400, "The specified CRC32C checksum does not match the payload.")
    number = 1 + len(call.store.items(f"secrets/{parent}/versions"))
    version = secret_versions.version(parent, number, call.store.time(), _etag(call))
    if checksum is not None:
        version["clientSpecifiedPayloadChecksum"] = True
    held = {"version": version, "data": base64.b64encode(data).decode()}
    call.store.put(f"secrets/{version['name']}", held)
    return version


def list_versions(call: Call) -> Resource:
    held = call.store.under(f"secrets/{_existing(call)['name']}/versions")
    fits = expressions.compiled(call.query.get("filter", ""))
    versions = [one["version"] for one in reversed(held) if fits(one["version"])]
    return page(call, "versions", versions) | {"totalSize": len(versions)}


def get_version(call: Call) -> Resource:
    version: Resource = _held(call)["version"]
    return version


def access_version(call: Call) -> Resource:
    held = _held(call)
    name, state = held["version"]["name"], held["version"]["state"]
    if state != "ENABLED":
        raise _wrong_state(held["version"])
    data = base64.b64decode(held["data"])
    payload = {"data": held["data"], "dataCrc32c": str(crc32c(data))}
    return {"name": name, "payload": payload}


def enable_version(call: Call) -> Resource:
    return _set_state(call, "ENABLED")


def disable_version(call: Call) -> Resource:
    return _set_state(call, "DISABLED")


def destroy_version(call: Call) -> Resource:
    """The payload is gone for good; number and metadata stay."""
    version = _set_state(call, "DESTROYED") | {"destroyTime": call.store.time()}
    call.store.put(f"secrets/{version['name']}", {"version": version, "data": ""})
    return version


def _set_state(call: Call, state: str) -> Resource:
    """An `etag` that is sent must be the present one; a destroyed version stays destroyed."""
    held = _held(call)
    if held["version"]["state"] == "DESTROYED":
        raise _wrong_state(held["version"])
    given = call.body.get("etag")
    if given and given != held["version"]["etag"]:
        text = "The etag provided in the request does not match the stored etag."
        raise Refusal(400, text, status="FAILED_PRECONDITION")
    version: Resource = held["version"] | {"state": state, "etag": _etag(call)}
    call.store.put(f"secrets/{version['name']}", held | {"version": version})
    return version


def _wrong_state(version: Resource) -> Refusal:
    text = f"Secret Version [{version['name']}] is in {version['state']} state."
    return Refusal(400, text, status="FAILED_PRECONDITION")


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


def _etag(call: Call) -> str:
    return secret_versions.etag_of(call.store.serial())


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
        Route("POST", _VERSIONS + "/{version}:destroy", destroy_version),
    ),
    sections={"secrets": secret_versions.seed},
)
