"""Pages of a run's output, read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incidents.models import OutputChunk, Run
from incidents.queries.step import OutputLine, lines_of

PAGE = 500
FOUND = 200


@dataclass(frozen=True, slots=True)
class OutputPage:
    """Consecutive lines; `before` and `after` are the edges to page on from, None at the ends."""

    lines: tuple[OutputLine, ...]
    before: int | None
    after: int | None


def read_page(run: Run, *, before: int | None = None, after: int | None = None) -> OutputPage:
    """The `PAGE` lines before, or after, a line number; the last ones when neither is given."""
    if after is not None:
        first = after + 1
    else:
        first = max(1, (before if before is not None else run.last_line + 1) - PAGE)
    last = first + PAGE - 1 if before is None else before - 1
    chunks = OutputChunk.objects.filter(run=run, last__gte=first, first__lte=last)
    lines = tuple(
        line for chunk in chunks for line in lines_of(chunk) if first <= line.number <= last
    )
    top = lines[0].number if lines else first
    bottom = lines[-1].number if lines else first - 1
    return OutputPage(
        lines=lines,
        before=top if top > 1 else None,
        after=bottom if bottom < run.last_line else None,
    )


def find_lines(run: Run, words: str) -> tuple[OutputLine, ...]:
    """The first `FOUND` lines that hold the words, in any case."""
    wanted = words.casefold()
    found: list[OutputLine] = []
    for chunk in OutputChunk.objects.filter(run=run, text__icontains=words).iterator():
        found += [line for line in lines_of(chunk) if wanted in line.text.casefold()]
        if len(found) >= FOUND:
            break
    return tuple(found[:FOUND])


def whole_output(run: Run) -> Iterator[str]:
    """Every line as plain text, chunk by chunk."""
    for chunk in OutputChunk.objects.filter(run=run).iterator():
        yield chunk.text + "\n"
