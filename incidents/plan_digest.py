"""The digest that an approval names: over what was asked for, and over the plan of it.

Anybody can compute it again from an export of the incident, with nothing but these two.
"""

from __future__ import annotations

from collections.abc import Mapping
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
"""Columns of a plan that its digest is over."""


def digest_of(named: Mapping[str, Any], plan: Mapping[str, Any]) -> str:  # Any: JSON
    """`named` as the approval keeps it; of `plan`, the columns in `PLAN_FIELDS`."""
    own = {name: plan[name] for name in PLAN_FIELDS}
    return ledger.digest_of_json({"named": dict(named), "plan": own})
