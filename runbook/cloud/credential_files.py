"""Credentials in files of a worker: where they are, what they hold, and who they act as.

A configuration for workload identity is checked before the library sees it, as Google asks for: it
decides where tokens are sent. No text of a file is ever part of an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path

from google.auth import _cloud_sdk, environment_vars

from runbook.cloud.errors import CloudError
from runbook.document.definition import Json

NO_FILE = "no file"
_SHORT = 12
_KEYS = {"private_key", "client_secret", "refresh_token"}
_USUAL = "googleapis.com"
_ANY = "https://iamcredentials.googleapis.com/"
_LARGEST = 64 * 1024
_GOOGLES = re.compile(r"https://(?:[a-z0-9-]+\.)+googleapis\.com/[\x21-\x5b\x5d-\x7e]*")
_ADVICE = "Put the configuration that Google's console or gcloud wrote on every worker."


def own_path() -> Path:
    """Where application default credentials are when they are in a file."""
    given = os.environ.get(environment_vars.CREDENTIALS)
    return Path(given or _cloud_sdk.get_application_default_credentials_path())  # type: ignore[no-untyped-call]  # untyped library


def stamp_of(path: Path) -> str:
    """Moves with every byte of the file; `NO_FILE` where there is none that can be read."""
    try:
        return hashlib.sha256(_bytes(path)).hexdigest()
    except OSError:
        return NO_FILE


def read(path: Path) -> dict[str, Json]:
    """What the file holds. Raises `CloudError`."""
    try:
        found = json.loads(_bytes(path))
    except OSError as error:
        why = error.strerror or "it is no small file"
        raise _refused(f"The credentials file {path} cannot be read: {why}.") from error
    except ValueError as error:
        raise _refused(f"The credentials file {path} is not JSON.") from error
    if not isinstance(found, dict):
        raise _refused(f"The credentials file {path} does not describe credentials.")
    return found


def read_federated(path: Path) -> dict[str, Json]:
    """A configuration for workload identity that sends tokens to nobody but Google, and holds no
    secret. Raises `CloudError`."""
    found = read(path)
    if found.get("type") == "service_account" or _holds_key(found):
        raise _refused(
            f"The credentials file {path} holds a key, and a key is never used here: describe a "
            "workload identity or name a service account to act as."
        )
    named = (found.get("audience"), found.get("subject_token_type"))
    if found.get("type") != "external_account" or not all(map(_is_text, named)):
        raise _refused(f"The credentials file {path} does not describe a workload identity.")
    if not _sends_to_google(found):
        raise _refused(f"The credentials file {path} sends tokens to somebody else than Google.")
    if not _is_plain_source(found.get("credential_source")):
        raise _refused(f"The credentials file {path} must take its token from a file or a server.")
    return found


def acting(found: dict[str, Json]) -> str:
    """Who the credentials in a file act as. The same file gives the same words on each machine."""
    kind = found.get("type")
    if kind == "service_account":
        return f"service account {found.get('client_email')}"
    if kind == "external_account":
        return f"external account {federated(found)}"
    if kind == "impersonated_service_account":
        return f"service account {_account_in(found)}"
    if str(kind).endswith("authorized_user"):
        return f"user {found.get('account') or 'unnamed'} of sign-in {_short_digest(found)}"
    return f"{kind} {found.get('name') or ''}".rstrip()


def federated(found: dict[str, Json]) -> str:
    """The provider that vouches for a workload, and the service account it then acts as."""
    account = _account_in(found)
    return f"{found.get('audience')} as {account}" if account else str(found.get("audience"))


def _account_in(found: dict[str, Json]) -> str:
    """The service account in the address of a request to act as it."""
    url = str(found.get("service_account_impersonation_url") or "")
    return url.rpartition("/")[2].removesuffix(":generateAccessToken")


def _short_digest(found: dict[str, Json]) -> str:
    """Tells sign-ins of people apart, whose files do not say whose they are."""
    sign_in = [str(found.get(name, "")) for name in ("client_id", "refresh_token")]
    return hashlib.sha256("\n".join(sign_in).encode()).hexdigest()[:_SHORT]


def _holds_key(value: Json) -> bool:
    if isinstance(value, str):
        return "PRIVATE KEY-----" in value
    if isinstance(value, dict):
        return any(name in _KEYS or _holds_key(part) for name, part in value.items())
    return isinstance(value, list) and any(_holds_key(part) for part in value)


def _sends_to_google(found: dict[str, Json]) -> bool:
    """Over https, and in no other universe than the usual one."""
    addresses = (found.get("token_url"), found.get("service_account_impersonation_url", _ANY))
    is_usual = found.get("universe_domain", _USUAL) == _USUAL
    return is_usual and all(_GOOGLES.fullmatch(str(address)) for address in addresses)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and bool(value)


def _is_plain_source(source: Json) -> bool:
    """No program is run for a token, and the library meets texts where it expects them."""
    if not isinstance(source, dict) or "executable" in source:
        return False
    return all(_is_text(source[name]) for name in ("file", "url") if name in source)


def _bytes(path: Path) -> bytes:
    """Raises `OSError`, for what is no file or too large for one of these as well."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
        raise OSError
    return path.read_bytes()


def _refused(sentence: str) -> CloudError:
    return CloudError("DENIED", sentence, advice=_ADVICE)
