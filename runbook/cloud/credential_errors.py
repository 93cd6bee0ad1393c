"""What it means when credentials give no token: always before a request, so nothing was sent."""

from __future__ import annotations

import json

from google.auth.exceptions import (
    DefaultCredentialsError,
    GoogleAuthError,
    OAuthError,
    RefreshError,
    TransportError,
)

from runbook.cloud.errors import CloudError

_NOT_IMPERSONATED = "Unable to acquire impersonated credentials"
_NOT_FOUND = "default credentials were not found"
_SIGN_IN = (
    "Sign the worker in: gcloud auth application-default login, GOOGLE_APPLICATION_CREDENTIALS, or "
    "the service account of the machine."
)
_MAY_NOT_ACT = (
    "Grant the identity of the workers roles/iam.serviceAccountTokenCreator on that account."
)
_EXCHANGE = "Check audience, provider and token of the workload identity on this worker."


def refused_credentials(error: GoogleAuthError) -> CloudError:
    said = _google_said(error)
    if isinstance(error, DefaultCredentialsError) and _NOT_FOUND in said:
        return CloudError(
            "DENIED", "There are no Google credentials on this worker.", advice=_SIGN_IN
        )
    if isinstance(error, OAuthError):
        sentence = f"Google does not exchange the worker's token: {said}"
        return CloudError("DENIED", sentence, advice=_EXCHANGE)
    if isinstance(error, RefreshError) and _NOT_IMPERSONATED in str(error.args[:1]):
        sentence = f"The worker may not act as the environment's service account: {said}"
        return CloudError("DENIED", sentence, advice=_MAY_NOT_ACT)
    if isinstance(error, TransportError):
        return CloudError("UNAVAILABLE", "Google gave no token: it could not be reached.")
    return CloudError("DENIED", f"There are no valid Google credentials: {said}", advice=_SIGN_IN)


def _google_said(error: GoogleAuthError) -> str:
    """Google's own sentence where the answer holds one."""
    for part in error.args:
        try:
            found = json.loads(part)["error"]["message"]
        except (TypeError, ValueError, KeyError):
            continue
        return str(found)
    return str(error.args[0]) if error.args else type(error).__name__
