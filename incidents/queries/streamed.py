"""What open pages are sent again: lines of output as stored, and how far a topic has come."""

from __future__ import annotations

from collections.abc import Sequence

from incidents.live import NOW
from incidents.models import Incident, OutputChunk
from incidents.output_ring import Chunk
from incidents.visible_text import readable

FRAME_BYTES = 128 * 1024


def version_of(topic: str) -> int:
    """How many facts the topic has: its timeline's length, or that of all incidents together."""
    incidents = Incident.objects.all()
    if topic != NOW:
        incidents = incidents.filter(pk=int(topic.rpartition("-")[2]))
    return sum(incidents.values_list("timeline_count", flat=True))


def stored_lines(run: int, after: int) -> list[Chunk]:
    """About one frame's worth of what follows line `after`."""
    found: list[Chunk] = []
    size = 0
    rows = OutputChunk.objects.filter(run_id=run, last__gt=after).order_by("first")
    for row in rows[:200].iterator():
        lines = tuple(readable(row.text).split("\n"))
        found.append(Chunk(run, row.first, lines, len(row.text)))
        size += len(row.text)
        if size >= FRAME_BYTES:
            break
    return found


def joined(chunks: Sequence[Chunk], after: int) -> tuple[int, list[str]]:
    """The lines that follow `after`, as many as fit one frame, and the number of the first."""
    lines: list[str] = []
    size = 0
    for chunk in chunks:
        for number, line in enumerate(chunk.lines, start=chunk.first):
            if number <= after:
                continue
            size += len(line.encode()) + 3
            if lines and size > FRAME_BYTES:
                return after + 1, lines
            lines.append(line)
    return after + 1, lines
