"""Recorded answers of Google and other people's runbooks lose their secrets and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from runbook.redaction.redactor import Redactor

SHARED = Path(__file__).resolve().parents[4] / "shared"
SHIPPED = Path(__file__).resolve().parents[3] / "runbook"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder `shared` is not beside the project"
)

IN_RECORDINGS = {
    ("password", "password"),
    ("password", "password123"),
    ("key", "-----BEGIN RSA PRIVATE KEY-----\nREDACTED\n-----END RSA PRIVATE KEY-----\n\n"),
}
IN_DOCUMENTS = {
    ("password", "pass"),
    ("password", "a-secret-password"),
    ("password", "admin"),
    ("secret", "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK"),
}


def taken_by(redact: Callable[[Redactor], object]) -> set[tuple[str, str]]:
    """(what it was, the secret) for everything that is taken out."""
    taken = set()

    def label(what: str, secret: str) -> str:
        taken.add((what, secret))
        return f"[redacted {what}]"

    redact(Redactor(label=label))
    return taken


def test_recorded_answers_lose_passwords_and_private_keys_only() -> None:
    bodies = [
        json.loads(path.read_text()) for path in sorted(SHARED.glob("gcp-recordings/**/*.json"))
    ]
    assert len(bodies) > 100
    assert taken_by(lambda redactor: redactor.json(bodies)) == IN_RECORDINGS


def test_documents_lose_example_secrets_only() -> None:
    paths = [
        *SHARED.glob("seeds/*"),
        *SHARED.glob("runbook-corpus/*/*.md"),
        *SHARED.glob("alert-samples/*"),
        *SHIPPED.glob("**/*.md"),
    ]
    texts = [path.read_text(errors="replace") for path in sorted(paths)]
    taken = taken_by(lambda redactor: [redactor.text(text) for text in texts])

    keys = {secret for what, secret in taken if what == "key"}
    assert taken - {("key", key) for key in keys} == IN_DOCUMENTS
    assert {len(key) for key in keys} == {172}, "two HMAC keys that stand in a manual"
