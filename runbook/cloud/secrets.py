"""Secret Manager: metadata is read, values are sent. A value is read only to be judged where it
arrives: nothing here hands one on."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from runbook.cloud.checksum import crc32c
from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.errors import CloudError
from runbook.cloud.target import Target
from runbook.document.definition import Json

Verdict = TypeVar("Verdict")


class Secrets:
    """Names are full: "projects/P/secrets/S" and "projects/P/secrets/S/versions/latest"."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "secretmanager", "v1")

    def secret(self, name: str) -> dict[str, Json]:
        secrets = self._api.collection("projects", "secrets")
        return self._api.read(secrets.get(name=name), "secretmanager.secrets.get")

    def secrets(self, project: str) -> list[Json]:
        """All of a project, page by page."""
        collection = self._api.collection("projects", "secrets")
        return self._api.read_all(
            collection.list,
            "secrets",
            "secretmanager.secrets.list",
            parent=f"projects/{project}",
            pageSize=100,
        )

    def version(self, name: str) -> dict[str, Json]:
        """Name, state and times of a version; `latest` is resolved by Google."""
        versions = self._api.collection("projects", "secrets", "versions")
        return self._api.read(versions.get(name=name), "secretmanager.versions.get")

    def versions(self, secret: str) -> list[Json]:
        """All versions of a secret, the newest first, page by page."""
        collection = self._api.collection("projects", "secrets", "versions")
        return self._api.read_all(
            collection.list,
            "versions",
            "secretmanager.versions.list",
            parent=secret,
            pageSize=100,
        )

    def judged(self, version: str, judge: Callable[[bytes], Verdict]) -> Verdict:
        """What `judge` says of the value of a version. It must give back nothing of the value, and
        raise nothing: that would carry it along."""
        versions = self._api.collection("projects", "secrets", "versions")
        request = versions.access(name=version)
        answer = self._api.read(request, "secretmanager.versions.access")
        payload = answer.get("payload")
        data = payload.get("data", "") if isinstance(payload, dict) else None
        try:
            value = base64.b64decode(str(data), validate=True) if data is not None else None
        except binascii.Error:
            value = None
        if value is None:
            raise CloudError("BAD_RESPONSE", f"The answer about {version} holds no value.")
        return judge(value)

    def create_secret(self, project: str, secret: str, body: dict[str, Json]) -> dict[str, Json]:
        """Asks once for a secret that has no version yet."""
        secrets = self._api.collection("projects", "secrets")
        request = secrets.create(parent=f"projects/{project}", secretId=secret, body=body)
        return self._api.change(request, "secretmanager.secrets.create")

    def add_version(self, secret: str, value: bytes) -> dict[str, Json]:
        """Asks once; gives the metadata of the version that was made."""
        payload = {"data": base64.b64encode(value).decode(), "dataCrc32c": str(crc32c(value))}
        secrets = self._api.collection("projects", "secrets")
        request = secrets.addVersion(parent=secret, body={"payload": payload})
        return self._api.change(request, "secretmanager.versions.add")

    def enable_version(self, name: str, etag: str) -> dict[str, Json]:
        """Asks once; Google refuses when the version is no longer the one with this `etag`."""
        versions = self._api.collection("projects", "secrets", "versions")
        request = versions.enable(name=name, body={"etag": etag})
        return self._api.change(request, "secretmanager.versions.enable")

    def disable_version(self, name: str, etag: str) -> dict[str, Json]:
        versions = self._api.collection("projects", "secrets", "versions")
        request = versions.disable(name=name, body={"etag": etag})
        return self._api.change(request, "secretmanager.versions.disable")
