"""Cloud SQL instances as a scenario describes them, in the shape of the Admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.store import Place, Resource

ROOT = "https://sqladmin.googleapis.com/sql/v1beta4"
_LONG_AGO = "2026-01-12T09:12:41.183Z"


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    return {
        f"sql/projects/{place.project}/instances/{name}": _instance(name, body, place)
        for name, body in section.items()
    }


def as_google_shows(addresses: Resource) -> Resource:
    """An ipConfiguration with its network as a name, and `requireSsl` following `sslMode`."""
    network = str(addresses.get("privateNetwork") or "")
    by_certificate = addresses.get("sslMode") == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    shown = addresses | {"requireSsl": by_certificate}
    _, found, name = network.partition("projects/")
    return shown | {"privateNetwork": f"{found}{name}"} if found else shown


def _instance(name: str, body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    version = body["databaseVersion"]
    return {
        "kind": "sql#instance",
        "name": name,
        "project": place.project,
        "region": place.region,
        "gceZone": f"{place.region}-a",
        "state": body["state"],
        "databaseVersion": version,
        "databaseInstalledVersion": f"{version}_19",
        "connectionName": f"{place.project}:{place.region}:{name}",
        "createTime": _LONG_AGO,
        "etag": "c2ltdWxhdGVk",
        "backendType": "SECOND_GEN",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "ipAddresses": [{"type": "PRIVATE", "ipAddress": body["address"]}],
        "selfLink": f"{ROOT}/projects/{place.project}/instances/{name}",
        "settings": _settings(body, place),
    }


def _settings(body: Mapping[str, Any], place: Place) -> Resource:  # Any: YAML
    network = f"projects/{place.project}/global/networks/{body['network']}"
    flags = [{"name": name, "value": str(value)} for name, value in body["flags"].items()]
    return {
        "kind": "sql#settings",
        "settingsVersion": "17",
        "tier": body["tier"],
        "edition": "ENTERPRISE",
        "activationPolicy": body.get("activationPolicy", "ALWAYS"),
        "availabilityType": "ZONAL",
        "pricingPlan": "PER_USE",
        "dataDiskSizeGb": "20",
        "dataDiskType": "PD_SSD",
        "storageAutoResize": True,
        "deletionProtectionEnabled": True,
        "databaseFlags": flags,
        "userLabels": dict(body["labels"]),
        "ipConfiguration": {
            "ipv4Enabled": False,
            "privateNetwork": network,
            "authorizedNetworks": [],
            "requireSsl": body["requireSsl"],
            "sslMode": body["sslMode"],
        },
        "backupConfiguration": {
            "kind": "sql#backupConfiguration",
            "enabled": True,
            "startTime": "03:00",
            "pointInTimeRecoveryEnabled": True,
        },
    }
