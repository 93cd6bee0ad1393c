"""References to credentials as tests make them, and asking Google with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target

ACCOUNT = "deployer@netra-staging.iam.gserviceaccount.com"
OTHER = "reader@netra-staging.iam.gserviceaccount.com"
AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/ci"
ACT_AS = (
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:generateAccessToken"
)
USER = {
    "type": "authorized_user",
    "client_id": "runbook.apps.googleusercontent.com",
    "client_secret": "not-a-secret",
    "refresh_token": "one",
}


def federation(tmp_path: Path, **changed: Any) -> Path:
    """The configuration of a workload identity whose outside token is "subject"."""
    token = tmp_path / "token"
    token.write_text("subject")
    made = {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": str(token)},
    }
    file = tmp_path / "federation.json"
    file.write_text(json.dumps({**made, **changed}))
    return file


def session(**references: Any) -> Session:
    return Session(Target("real", "netra-staging", "us-central1", **references), request_id="r")


def impersonated(account: str = ACCOUNT) -> Session:
    return session(credentials="impersonated", service_account=account)


def federated(file: Path, **more: Any) -> Session:
    return session(credentials="workload identity", credentials_file=str(file), **more)


def ask(asking: Session) -> str:
    return str(asking.sql.instance("netra-staging", "db")["name"])
