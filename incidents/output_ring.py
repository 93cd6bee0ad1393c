"""The newest output of each run of an incident, as the hub holds it for its viewers."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

RING_BYTES = 1024 * 1024
RING_RUNS = 16


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive output lines of one run."""

    run: int
    first: int
    lines: tuple[str, ...]
    size: int

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


class Ring:
    """The newest output of each run, bounded in bytes per run and in runs.

    Of what it had to let go it knows the last line, so that nobody takes a hole for the end.
    """

    def __init__(self) -> None:
        self._let_go: dict[int, int] = {}
        self._runs: OrderedDict[int, deque[Chunk]] = OrderedDict()
        self._bytes: dict[int, int] = {}

    def add(self, chunk: Chunk) -> None:
        kept = self._runs.setdefault(chunk.run, deque())
        self._runs.move_to_end(chunk.run)
        kept.append(chunk)
        self._bytes[chunk.run] = self._bytes.get(chunk.run, 0) + chunk.size
        while self._bytes[chunk.run] > RING_BYTES:
            oldest = kept.popleft()
            self._let_go[chunk.run] = oldest.last
            self._bytes[chunk.run] -= oldest.size
        while len(self._runs) > RING_RUNS:
            run, chunks = self._runs.popitem(last=False)
            if chunks:
                self._let_go[run] = chunks[-1].last
            del self._bytes[run]

    def after(self, run: int, line: int) -> list[Chunk] | None:
        """Chunks that follow `line`, oldest first; None when some in between are not held."""
        found: list[Chunk] = []
        for chunk in reversed(self._runs.get(run, ())):
            if chunk.last <= line:
                break
            found.append(chunk)
        found.reverse()
        if not found:
            return None if self._let_go.get(run, 0) > line else []
        return None if found[0].first > line + 1 else found

    def clear(self) -> None:
        self._let_go.clear()
        self._runs.clear()
        self._bytes.clear()
