"""The credentials a target's requests are made with, and who they act as.

Everything is by reference: the worker's own sign-in, the name of a service account, the path of a
configuration without secrets. A session finds out once what they are (`stamped`); credentials that
change behind it are refused, so that what one session sends is sent as one identity.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

import google.auth
from google.auth import aws, compute_engine, identity_pool, impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from runbook.cloud import credential_files
from runbook.cloud.credential_errors import refused_credentials
from runbook.cloud.errors import CloudError
from runbook.cloud.references import refused_reference
from runbook.cloud.target import CredentialsKind, Target

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_LIFETIME = 3600
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
"""What the library stumbles over in a file that is JSON and not what it should be."""
_LONGEST = 300
_FOR_AWS = "urn:ietf:params:aws:token-type:aws4_request"


@dataclass(frozen=True, slots=True)
class Reference:
    """What credentials are made of: two that are equal make the same."""

    endpoint: str
    kind: CredentialsKind
    service_account: str
    file: str
    stamp: str


def stamped(target: Target) -> Target:
    """The target with the credentials as this machine has them now; never raises."""
    if target.is_simulated or target.credentials_stamp:
        return target
    return replace(target, credentials_stamp=credential_files.stamp_of(_path(target)))


def reference_of(target: Target) -> Reference:
    found = stamped(target)
    return Reference(
        found.endpoint,
        found.credentials,
        found.service_account,
        found.credentials_file,
        found.credentials_stamp,
    )


def identity_of(target: Target) -> str:
    """Who the requests act as, in at most `_LONGEST` characters. Asks nobody but this machine.
    Raises `CloudError`."""
    told = _identity(target)
    if len(told) <= _LONGEST:
        return told
    return f"{told[: _LONGEST - 70]}… {hashlib.sha256(told.encode()).hexdigest()}"


def _identity(target: Target) -> str:
    if target.is_simulated:
        return "simulator"
    found = stamped(target)
    _check(reference_of(found))
    _check_unchanged(reference_of(found))
    if found.credentials == "impersonated":
        return f"impersonated: {found.service_account}"
    if found.credentials == "workload identity":
        held = credential_files.read_federated(Path(found.credentials_file))
        account = f" as {found.service_account}" if found.service_account else ""
        return f"workload identity: {credential_files.federated(held)}{account}"
    return f"application default: {_own_identity(found)}"


@lru_cache(maxsize=64)
def load(reference: Reference) -> Credentials:
    """Credentials for `reference`, the same each time. Raises `CloudError`."""
    if reference.endpoint:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]  # untyped library
    _check(reference)
    try:
        found = _federated(reference) if reference.file else _own()
    except GoogleAuthError as error:
        raise refused_credentials(error) from error
    except _MALFORMED as error:
        raise CloudError("DENIED", "The credentials of this worker make no sense.") from error
    _check_unchanged(reference)
    return _acting_as(found, reference.service_account) if reference.service_account else found


def _path(target: Target) -> Path:
    is_federated = target.credentials == "workload identity"
    return Path(target.credentials_file) if is_federated else credential_files.own_path()


def _own() -> Credentials:
    credentials, _project = google.auth.default(scopes=_SCOPES)
    return credentials


def _federated(reference: Reference) -> Credentials:
    held = credential_files.read_federated(Path(reference.file))
    is_aws = held.get("subject_token_type") == _FOR_AWS
    made = aws.Credentials if is_aws else identity_pool.Credentials
    return cast("Credentials", made.from_info(held, scopes=_SCOPES))  # type: ignore[no-untyped-call]  # untyped library


def _acting_as(source: Credentials, service_account: str) -> Credentials:
    return impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]  # untyped library
        source_credentials=source,
        target_principal=service_account,
        target_scopes=_SCOPES,
        lifetime=_LIFETIME,
    )


def _own_identity(target: Target) -> str:
    if target.credentials_stamp != credential_files.NO_FILE:
        return credential_files.acting(credential_files.read(credential_files.own_path()))
    found = load(reference_of(target))
    if not isinstance(found, compute_engine.Credentials):
        return type(found).__module__
    try:
        found.refresh(Request())  # type: ignore[no-untyped-call]  # untyped library
    except GoogleAuthError as error:
        raise refused_credentials(error) from error
    return f"service account {found.service_account_email}"


def _check(reference: Reference) -> None:
    refused = refused_reference(reference.kind, reference.service_account, reference.file)
    if refused:
        raise CloudError("INVALID", refused, advice="An administrator of the environment can.")


def _check_unchanged(reference: Reference) -> None:
    path = Path(reference.file) if reference.file else credential_files.own_path()
    if credential_files.stamp_of(path) != reference.stamp:
        raise CloudError(
            "PRECONDITION",
            "The credentials of this worker were changed a moment ago; nothing was sent.",
            advice="Plan again.",
        )
