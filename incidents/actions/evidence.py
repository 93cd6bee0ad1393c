"""The diagnostics that led to a change, pinned as they stood when it was asked for."""

from __future__ import annotations

from typing import TypedDict

from incidents import ledger
from incidents.models import Run
from incidents.states import EffectChoice

MOST_PINNED = 20


class Evidence(TypedDict):
    """One diagnostic. `digest` is over its result, its checks and the digest of its output: what it
    says today can be held against what it said then."""

    id: int
    run: int
    text: str
    state: str
    failed_checks: int
    finished_at: str
    digest: str


def evidence_for(run: Run) -> list[Evidence]:
    """The latest finished diagnostic of each command of this phase and those before it, those with
    failed checks first. The run must be loaded with its command's step and phase."""
    latest: dict[int, Run] = {}
    diagnostics = Run.objects.filter(
        incident_id=run.incident_id,
        effect=EffectChoice.READS,
        finished_at__isnull=False,
        command__step__phase__position__lte=run.command.step.phase.position,
    )
    for found in diagnostics.order_by("finished_at", "pk"):
        latest[found.command_id] = found
    told = sorted(latest.values(), key=lambda found: (-found.failed_checks, found.number))
    return [_pinned(found) for found in told[:MOST_PINNED]]


def _pinned(found: Run) -> Evidence:
    assert found.finished_at is not None  # noqa: S101  (filtered above)
    return Evidence(
        id=found.pk,
        run=found.number,
        text=found.shown,
        state=found.state,
        failed_checks=found.failed_checks,
        finished_at=found.finished_at.isoformat(timespec="seconds"),
        digest=digest_of(found),
    )


def digest_of(found: Run) -> str:
    """SHA-256 in hex over what a diagnostic found."""
    return ledger.digest_of_json(
        {"result": found.result, "checks": found.checks, "output": found.output_digest}
    )
