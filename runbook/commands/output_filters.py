"""The pipes we understand, applied to output as it appears: head, tail, grep."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from runbook.commands.base import Emit, OutputFilter, Stream
from runbook.commands.language.patterns import compiled

Pass: TypeAlias = Callable[[str], None]


@contextmanager
def filtered(emit: Emit, filters: Sequence[OutputFilter]) -> Iterator[Emit]:
    """An `Emit` that hands on only the lines that the filters keep; `tail` answers at the end."""
    if not filters:
        yield emit
        return
    sink: Pass = emit
    finishes: list[Callable[[], None]] = []
    for wanted in reversed(filters):
        sink, finish = _stage(wanted, sink)
        finishes.append(finish)

    def split(text: str, stream: Stream = "stdout") -> None:
        if stream == "stderr":
            emit(text, stream)
            return
        for line in text.split("\n"):
            sink(line)

    yield split
    for finish in reversed(finishes):
        finish()


def _stage(wanted: OutputFilter, sink: Pass) -> tuple[Pass, Callable[[], None]]:
    if wanted.kind == "tail":
        return _tail(wanted.count, sink)
    if wanted.kind == "head":
        return _head(wanted.count, sink), _nothing
    return _grep(wanted, sink), _nothing


def _nothing() -> None:
    """head and grep hold nothing back."""


def _head(count: int, sink: Pass) -> Pass:
    left = count

    def take(line: str) -> None:
        nonlocal left
        if left > 0:
            left -= 1
            sink(line)

    return take


def _tail(count: int, sink: Pass) -> tuple[Pass, Callable[[], None]]:
    kept: deque[str] = deque(maxlen=count)

    def finish() -> None:
        for line in kept:
            sink(line)

    return kept.append, finish


def _grep(wanted: OutputFilter, sink: Pass) -> Pass:
    pattern = compiled(wanted.pattern, ignore_case=wanted.ignore_case)

    def take(line: str) -> None:
        if (pattern.search(line) is None) == wanted.invert:
            sink(line)

    return take
