"""Cloud SQL instances as a scenario describes them, in the shape of the Admin API."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from runbook.simulator.store import Place, Resource

ROOT = "https://sqladmin.googleapis.com/sql/v1beta4"
_LONG_AGO = "2026-01-12T09:12:41.183Z"
_IN_TEN_YEARS = "2036-01-10T09:12:41.183Z"
_PEM = "-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVk\n-----END CERTIFICATE-----\n"

_GEMINI = (
    "activeQueryEnabled",
    "entitled",
    "flagRecommenderEnabled",
    "googleVacuumMgmtEnabled",
    "indexAdvisorEnabled",
    "oomSessionCancelEnabled",
)


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
        "maintenanceVersion": f"{version}_19.R20251004.01_07",
        "connectionName": f"{place.project}:{place.region}:{name}",
        "createTime": _LONG_AGO,
        "etag": "c2ltdWxhdGVk",
        "backendType": "SECOND_GEN",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "ipAddresses": [{"type": "PRIVATE", "ipAddress": body["address"]}],
        "selfLink": f"{ROOT}/projects/{place.project}/instances/{name}",
        "serverCaCert": _authority(name),
        "serviceAccountEmailAddress": (
            f"p{place.number}-simulated@gcp-sa-cloud-sql.iam.gserviceaccount.com"
        ),
        "satisfiesPzi": True,
        "sqlNetworkArchitecture": "NEW_NETWORK_ARCHITECTURE",
        "geminiConfig": dict.fromkeys(_GEMINI, False),
        "settings": _settings(body, place),
    }


def _authority(instance: str) -> Resource:
    """The certificate of the authority that signs for the instance; there is no key behind it."""
    digest = hashlib.sha1(instance.encode(), usedforsecurity=False).hexdigest()
    subject = f"C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA,dnQualifier={digest[:12]}"
    return {
        "kind": "sql#sslCert",
        "certSerialNumber": "0",
        "cert": _PEM,
        "commonName": subject,
        "sha1Fingerprint": digest,
        "instance": instance,
        "createTime": _LONG_AGO,
        "expirationTime": _IN_TEN_YEARS,
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
        "replicationType": "SYNCHRONOUS",
        "authorizedGaeApplications": [],
        "connectorEnforcement": "NOT_REQUIRED",
        "locationPreference": {
            "kind": "sql#locationPreference",
            "zone": f"{place.region}-a",
        },
        "dataDiskSizeGb": "20",
        "dataDiskType": "PD_SSD",
        "storageAutoResize": True,
        "storageAutoResizeLimit": "0",
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
            "replicationLogArchivingEnabled": True,
            "transactionLogRetentionDays": 7,
            "transactionalLogStorageState": "CLOUD_STORAGE",
            "backupRetentionSettings": {"retainedBackups": 7, "retentionUnit": "COUNT"},
        },
    }
