"""Patterns of grep that mean the same to us; every other one is refused."""

from __future__ import annotations

import re
from itertools import pairwise

from runbook.commands.base import NotRunnable
from runbook.commands.language.patterns import compiled

_PIECE = re.compile(r"\\.?|\[\^?\]?[^\]]*\]|\{[^}]*\}|.", re.DOTALL)
_SAME_ESCAPES = re.compile(r"\\[wWsSbB.*+?(){}|^$\[\]\\]")
_COUNT = re.compile(r"\{(?:\d+,?\d*|,\d+)\}")
_REPEATS = ("*", "+", "?", "{")


def check_grep(pattern: str, *, is_extended: bool) -> None:
    """Raises NotRunnable unless grep, with -E or without, matches what our pattern matches."""
    if not is_extended and re.search(r"[+?{}|()\\]", pattern):
        raise NotRunnable("This grep pattern is read as an extended one here; write grep -E.")
    pieces: list[str] = _PIECE.findall(pattern)
    if any(_differs(piece) for piece in pieces) or _has_odd_neighbours(pieces):
        raise NotRunnable("This grep pattern is not understood.")
    if not is_extended and ("^" in pieces[1:] or "$" in pieces[:-1]):
        raise NotRunnable("Inside of a grep pattern ^ and $ are characters; write grep -E.")
    compiled(pattern)


def _differs(piece: str) -> bool:
    """Escapes, classes such as `[[:digit:]]` or `[\\d]`, and braces that count nothing, which
    Python reads in its own way."""
    if piece.startswith("\\"):
        return _SAME_ESCAPES.fullmatch(piece) is None
    if piece[0] in "{}":
        return _COUNT.fullmatch(piece) is None
    return piece.startswith("[") and ("\\" in piece or "[" in piece[1:])


def _has_odd_neighbours(pieces: list[str]) -> bool:
    """`(?…)`, and repeats of repeats, which Python takes for lazy or greedy ones."""
    pairs = pairwise(pieces)
    return any(one[0] in ("(", *_REPEATS) and other[0] in _REPEATS for one, other in pairs)
