"""What a changed health check does to back ends that passed the one before."""

from __future__ import annotations

from collections.abc import Sequence

from runbook.commands.base import FieldChange
from runbook.document.definition import Json

_INNER = "HealthCheck."


def stricter(changes: Sequence[FieldChange]) -> list[str]:
    """A sentence for each change that may take a back end out."""
    found = [_sentence(change) for change in changes]
    return [sentence for sentence in found if sentence]


def _sentence(change: FieldChange) -> str:
    before, after = change.before, change.after
    if change.path == "timeoutSec" and _is_less(after, before):
        return (
            f"A back end that takes longer than {after} s to answer fails the check; so far it had "
            f"{before} s."
        )
    if change.path == "unhealthyThreshold" and _is_less(after, before):
        return f"Failed checks in a row that take a back end out: {after}, so far {before}."
    if change.path == "healthyThreshold" and _is_less(before, after):
        return f"Good checks in a row that bring a back end back: {after}, so far {before}."
    if _INNER in change.path:
        name = change.path.partition(_INNER)[2]
        return f"Another {name} is checked: back ends that do not answer there are taken out."
    return ""


def _is_less(one: Json, other: Json) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one < other
