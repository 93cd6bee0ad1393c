"""What keeps a Cloud Run revision from becoming ready: its secrets, its connector, its container.

Words as Cloud Run puts them in the condition `Ready` of the revision and of its service.
"""

from __future__ import annotations

from dataclasses import dataclass

from runbook.simulator.run_revisions import digest_of
from runbook.simulator.secret_versions import secret_fault
from runbook.simulator.store import Resource, Store

CONNECTOR = "run.googleapis.com/vpc-access-connector"
FAULTY_IMAGES = "run/faulty_images"
NO_ACCESS = "run/no_access_to_secrets"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a revision does not become ready: a word for programs and a sentence for people."""

    reason: str
    message: str


def obstacle_of(store: Store, revision: Resource) -> Obstacle | None:
    """The first thing that is missing, as the project is now; None when it will be ready."""
    name = revision["metadata"]["name"]
    found = (
        _missing_secret(store, revision)
        or _missing_connector(store, revision)
        or _faulty_container(store, revision)
    )
    if found is None:
        return None
    text = f"Revision '{name}' is not ready and cannot serve traffic. {found.message}"
    return Obstacle(found.reason, text)


def _missing_secret(store: Store, revision: Resource) -> Obstacle | None:
    for number, container in enumerate(revision["spec"]["containers"]):
        for index, variable in enumerate(container.get("env", [])):
            reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
            fault = _secret_fault(store, revision, reference) if reference else ""
            if fault:
                where = f"spec.template.spec.containers[{number}].env[{index}]"
                path = f"{where}.value_from.secret_key_ref.name"
                return Obstacle("SecretsAccessCheckFailed", f"{path}: {fault}")
    return None


def _secret_fault(store: Store, revision: Resource, reference: Resource) -> str:
    name, version = reference["name"].rpartition("/")[2], str(reference["key"])
    account = revision["spec"].get("serviceAccountName", "")
    if account in (store.get(NO_ACCESS) or {}).get("accounts", []):
        return (
            f"Permission denied on secret: projects/{store.place.number}/secrets/{name}/versions/"
            f"{version} for Revision service account {account}. The service account used must be "
            "granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor)"
            " at the secret, project or higher level."
        )
    return secret_fault(store, name, version)


def _missing_connector(store: Store, revision: Resource) -> Obstacle | None:
    wanted = revision["metadata"]["annotations"].get(CONNECTOR, "")
    if not wanted:
        return None
    place, name = store.place, wanted.rpartition("/")[2]
    key = f"vpcaccess/projects/{place.project}/locations/{place.region}/connectors/{name}"
    connector = store.get(key)
    if connector is None:
        return Obstacle(
            "VpcConnectorNotFound",
            f"VPC connector {wanted} does not exist, or Cloud Run does not have permission to use "
            "it.",
        )
    if connector["state"] not in ("READY", "UPDATING"):
        return Obstacle(
            "VpcConnectorNotReady",
            f"VPC connector {wanted} is not ready to serve traffic (state {connector['state']}).",
        )
    return None


def _faulty_container(store: Store, revision: Resource) -> Obstacle | None:
    """An image that the scenario calls faulty fails wherever it is deployed."""
    digest = digest_of(revision["spec"]["containers"][0]["image"])
    message = (store.get(FAULTY_IMAGES) or {}).get(digest)
    return Obstacle("HealthCheckContainerError", str(message)) if message else None
