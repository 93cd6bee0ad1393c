"""Secrets as a scenario describes them, in the shape of Secret Manager."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from runbook.simulator.store import Place, Resource, Store

_LONG_AGO = "2026-01-12T09:30:00.000000Z"
_FIRST_ETAG = 0x16_17F7_D2A0_0000


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    """Each secret by name with its value, or with `versions`: a list of value and state."""
    resources: dict[str, Resource] = {}
    for name, told in section.items():
        parent = f"projects/{place.number}/secrets/{name}"
        resources[f"secrets/{parent}"] = secret(parent, _LONG_AGO, etag_of(0))
        versions = told["versions"] if isinstance(told, Mapping) else [{"value": told}]
        for number, one in enumerate(versions, start=1):
            state = one.get("state", "ENABLED")
            resources[f"secrets/{parent}/versions/{number}"] = {
                "version": version(parent, number, _LONG_AGO, etag_of(0)) | {"state": state},
                "data": base64.b64encode(str(one["value"]).encode()).decode(),
            }
    return resources


def etag_of(number: int) -> str:
    """An etag in the form of Google's; no two numbers have the same."""
    return f'"{_FIRST_ETAG + number:x}"'


def secret(name: str, created: str, etag: str) -> Resource:
    return {
        "name": name,
        "replication": {"automatic": {}},
        "createTime": created,
        "etag": etag,
    }


def version(parent: str, number: int, created: str, etag: str) -> Resource:
    return {
        "name": f"{parent}/versions/{number}",
        "createTime": created,
        "state": "ENABLED",
        "replicationStatus": {"automatic": {}},
        "etag": etag,
    }


def secret_fault(store: Store, name: str, wanted: str) -> str:
    """Why a version (a number or `latest`) gives no value, in Cloud Run's words, or ""."""
    parent = f"projects/{store.place.number}/secrets/{name}"
    versions = store.under(f"secrets/{parent}/versions")
    number = str(len(versions)) if wanted == "latest" else wanted
    found = store.get(f"secrets/{parent}/versions/{number}")
    if found is None:
        return f"Secret {parent}/versions/{wanted} was not found"
    state = found["version"]["state"]
    return "" if state == "ENABLED" else f"Secret {parent}/versions/{wanted} is in {state} state"
