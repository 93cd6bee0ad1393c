"""Compute Engine resources, read with the typed client and handed on as the REST API's JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.cloud import compute_v1

from runbook.cloud.calls import Calls
from runbook.cloud.connections import Connection
from runbook.cloud.target import Target
from runbook.document.definition import Json


class Compute:
    """Reads by project and short name. `retry=None` everywhere: the client's own policy repeats a
    read for ten minutes."""

    def __init__(self, target: Target) -> None:
        self._connection = Connection(target)
        self._calls = Calls(target)

    def ssl_certificate(self, project: str, name: str) -> dict[str, Json]:
        client = self._connection.compute_client(compute_v1.SslCertificatesClient)
        return self._get(client.get, "sslCertificates", project=project, ssl_certificate=name)

    def region_ssl_certificate(self, project: str, region: str, name: str) -> dict[str, Json]:
        client = self._connection.compute_client(compute_v1.RegionSslCertificatesClient)
        return self._get(
            client.get,
            "regionSslCertificates",
            project=project,
            region=region,
            ssl_certificate=name,
        )

    def health_check(self, project: str, name: str) -> dict[str, Json]:
        client = self._connection.compute_client(compute_v1.HealthChecksClient)
        return self._get(client.get, "healthChecks", project=project, health_check=name)

    def region_health_check(self, project: str, region: str, name: str) -> dict[str, Json]:
        client = self._connection.compute_client(compute_v1.RegionHealthChecksClient)
        return self._get(
            client.get, "regionHealthChecks", project=project, region=region, health_check=name
        )

    def backend_service(self, project: str, name: str) -> dict[str, Json]:
        client = self._connection.compute_client(compute_v1.BackendServicesClient)
        return self._get(client.get, "backendServices", project=project, backend_service=name)

    def region_backend_service(self, project: str, region: str, name: str) -> dict[str, Json]:
        client = self._connection.compute_client(compute_v1.RegionBackendServicesClient)
        return self._get(
            client.get,
            "regionBackendServices",
            project=project,
            region=region,
            backend_service=name,
        )

    def _get(self, get: Callable[..., Any], kind: str, **names: str) -> dict[str, Json]:
        def send(seconds: float) -> dict[str, Json]:
            return _as_rest(get(**names, retry=None, timeout=seconds))

        return self._calls.read(send, permission=f"compute.{kind}.get")


def _as_rest(message: Any) -> dict[str, Json]:  # noqa: ANN401 (proto-plus messages share no typed base)
    """Field names as in the REST API, unset fields left out, 64-bit integers as strings."""
    document: dict[str, Json] = type(message).to_dict(
        message,
        use_integers_for_enums=False,
        preserving_proto_field_name=False,
        always_print_fields_with_no_presence=False,
    )
    return document
