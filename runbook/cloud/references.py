"""How an environment refers to credentials, checked as text: pages and workers check it alike."""

from __future__ import annotations

import re

from runbook.cloud.target import CredentialsKind

_SERVICE_ACCOUNT = re.compile(
    r"[a-z0-9][a-z0-9-]{0,62}@[a-z0-9][a-z0-9.-]{0,190}\.gserviceaccount\.com"
)
_LONGEST_PATH = 400


def refused_reference(kind: CredentialsKind, service_account: str, credentials_file: str) -> str:
    """Why a worker could take no credentials from this, as a whole sentence, or "".

    Whether the account and the file exist is only known to the worker.
    """
    if service_account and not _SERVICE_ACCOUNT.fullmatch(service_account):
        return f"'{service_account}' is not the e-mail address of a service account."
    if kind == "application default" and (service_account or credentials_file):
        return "Application default credentials take neither a service account nor a file."
    if kind == "impersonated" and not service_account:
        return "Name the service account to act as: NAME@PROJECT.iam.gserviceaccount.com."
    if kind == "impersonated" and credentials_file:
        return "A worker acts as a service account by its own credentials; it takes no file."
    if kind == "workload identity":
        return _refused_path(credentials_file)
    return ""


def _refused_path(path: str) -> str:
    if not path:
        return "Name the file on the workers that describes their workload identity."
    if not path.startswith("/") or len(path) > _LONGEST_PATH or not path.isprintable():
        return f"'{path[:60]}' is not the full path of a file on the workers."
    return ""
