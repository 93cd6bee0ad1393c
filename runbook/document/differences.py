"""What differs between two versions: which lines of a text, which item of a list became which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

CONTEXT = 3
Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`old` and `new` are 1-based line numbers, 0 on the side that does not have the line."""

    kind: Kind
    old: int
    new: int
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that moved, with a few around them. `old` and `new` number its first lines."""

    old: int
    new: int
    lines: tuple[DiffLine, ...]


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """The places at which two texts differ, in order; none for equal texts."""
    before, after = old.splitlines(), new.splitlines()
    groups = SequenceMatcher(None, before, after, autojunk=len(before) > 2_000)
    return tuple(
        Hunk(group[0][1] + 1, group[0][3] + 1, tuple(_lines(group, before, after)))
        for group in groups.get_grouped_opcodes(CONTEXT)
        if any(tag != "equal" for tag, *_ in group)
    )


def _lines(
    group: Sequence[tuple[str, int, int, int, int]], before: Sequence[str], after: Sequence[str]
) -> Iterator[DiffLine]:
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield DiffLine("same", i + 1, j + 1, before[i])
            continue
        yield from (DiffLine("gone", i + 1, 0, before[i]) for i in range(i1, i2))
        yield from (DiffLine("new", 0, j + 1, after[j]) for j in range(j1, j2))


def paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Which item of `old` became which of `new`, by index, in the order of both together.

    Equal items are one and the same; of what stands between two of them, the first became the
    first, and so on. None stands for what has no counterpart.
    """
    pairs: list[tuple[int | None, int | None]] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        pairs += zip_longest(range(i1, i2), range(j1, j2))
    return pairs
