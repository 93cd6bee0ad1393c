"""The words and operators of a shell text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

RANGE = re.compile(r"\{(\d{1,4})\.\.(\d{1,4})\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text, or with `variable` the name of one.

    `is_array` is `${NAME[@]}`, `is_range` a `{1..10}` that a shell would expand. What stands in
    quotes or behind a backslash `is_quoted`; a shell splits the value of any other variable.
    """

    text: str = ""
    variable: str = ""
    is_array: bool = False
    is_range: bool = False
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """Pieces that make one argument. `is_bare` when no part of it stood in quotes."""

    pieces: tuple[Piece, ...]
    is_bare: bool

    @property
    def start(self) -> str:
        """The literal text before the first variable."""
        literal = ""
        for piece in self.pieces:
            if piece.variable:
                break
            literal += piece.text
        return literal

    @property
    def bare_start(self) -> str:
        """The literal text before the first variable, quote or backslash."""
        return "".join(
            piece.text
            for piece in takewhile(lambda one: not (one.variable or one.is_quoted), self.pieces)
        )

    @property
    def bare_text(self) -> str:
        """The text of a word without quotes and variables, "" for any other."""
        is_plain = self.is_bare and all(not piece.variable for piece in self.pieces)
        return "".join(piece.text for piece in self.pieces) if is_plain else ""


@dataclass(frozen=True, slots=True)
class Operator:
    """A separator, a pipe, a redirection; `NAME=(` is the operator `(` after the word `NAME=`."""

    text: str


Token: TypeAlias = "Word | Operator"  # noqa: S105 (a token of shell text)


def counted(word: Word) -> tuple[str, ...] | None:
    """The numbers of a range `{1..10}` written without quotes; None for any other word."""
    span = RANGE.fullmatch(word.bare_text)
    if span is None or len(word.pieces) != 1:
        return None
    first, last = int(span[1]), int(span[2])
    step = 1 if last >= first else -1
    is_padded = any(len(end) > 1 and end[0] == "0" for end in span.groups())
    width = max(map(len, span.groups())) if is_padded else 0
    return tuple(f"{number:0{width}d}" for number in range(first, last + step, step))
