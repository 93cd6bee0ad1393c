"""Two revisions of a runbook as the page shows what moved between them, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from incidents.models import Revision
from runbook.document.differences import Hunk, hunks


@dataclass(frozen=True, slots=True)
class Difference:
    """From the older to the newer of both."""

    old: Revision
    new: Revision
    hunks: tuple[Hunk, ...]

    @property
    def added(self) -> int:
        return sum(line.kind == "new" for hunk in self.hunks for line in hunk.lines)

    @property
    def removed(self) -> int:
        return sum(line.kind == "gone" for hunk in self.hunks for line in hunk.lines)


def difference_of(one: Revision, other: Revision) -> Difference:
    old, new = sorted((one, other), key=lambda revision: revision.number)
    return Difference(old, new, _hunks(bytes(old.source), bytes(new.source)))


@lru_cache(maxsize=16)
def _hunks(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """Revisions never change, and long ones take a moment to compare."""
    return hunks(old.decode("utf-8", errors="replace"), new.decode("utf-8", errors="replace"))
