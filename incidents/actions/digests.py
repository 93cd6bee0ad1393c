"""What the timeline says about a run's end in digests, so that later changes of its rows show."""

from __future__ import annotations

import hashlib
from typing import Any

from incidents import ledger
from incidents.models import OutputChunk, Run


class KeptLines:
    """SHA-256 over all output lines joined by newlines, line by line as they are stored."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, text: str) -> None:
        """One or more lines, joined by newlines."""
        if self.count:
            self._hash.update(b"\n")
        self._hash.update(text.encode())
        self.count += text.count("\n") + 1


def kept_lines(run_id: int) -> KeptLines:
    """What is stored so far."""
    kept = KeptLines()
    chunks = OutputChunk.objects.filter(run=run_id).order_by("first")
    for text in chunks.values_list("text", flat=True).iterator(chunk_size=50):
        kept.add(text)
    return kept


def sealed(run: Run, columns: dict[str, Any]) -> dict[str, Any]:  # Any: column values, JSON
    """Store the digest of the output and give the facts for the timeline. Call it right after the
    run was moved to its ending, in that transaction: no line can be added to it any more.

    A keeper has noted digest and number of lines in `run`; for others the stored ones are read.
    """
    if not run.output_digest:
        kept = kept_lines(run.pk)
        run.output_digest, run.last_line = kept.digest, kept.count
    Run.objects.filter(pk=run.pk).update(output_digest=run.output_digest)
    return {
        "output": run.output_digest,
        "lines": run.last_line,
        "result": ledger.digest_of_json(columns.get("result", run.result)),
        "checks": ledger.digest_of_json(columns.get("checks", run.checks)),
    }
