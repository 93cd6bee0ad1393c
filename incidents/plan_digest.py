"""The digest that people approve, computed the same way by whoever checks it later."""

from __future__ import annotations

import hashlib
from typing import Any

from incidents import ledger

PLAN_FIELDS = (
    "resource",
    "before",
    "after",
    "changes",
    "fingerprint",
    "warnings",
    "undo",
    "why_no_undo",
)
"""Columns of the plan that an approval names."""


def digest_of(named: dict[str, Any], plan: dict[str, Any]) -> str:  # Any: JSON
    """SHA-256 in hex over what `Approval.named` holds and the plan's columns `PLAN_FIELDS`. The
    same inputs give the same digest on every machine."""
    own = {field: plan[field] for field in PLAN_FIELDS}
    return hashlib.sha256(ledger.canonical({"named": named, "plan": own})).hexdigest()
