"""Regular expressions that people write, refused where they could run for ever."""

from __future__ import annotations

import re

from runbook.commands.base import NotRunnable

_LONGEST = 200
_MOST_REPEATS = 5
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", re.DOTALL)
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}|\{\d+\}")
_ODD_IN_CLASS = re.compile(r"\[|--|&&|~~|\|\|")


def compiled(pattern: str, *, ignore_case: bool = False, is_ascii: bool = False) -> re.Pattern[str]:
    r"""Raises NotRunnable. With `is_ascii` a `\d` is one of ten digits, and not of hundreds."""
    if len(pattern) > _LONGEST:
        raise NotRunnable("A pattern this long is not used here.")
    _check(pattern)
    try:
        flags = (re.IGNORECASE if ignore_case else 0) | (re.ASCII if is_ascii else 0)
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise _not_regular(pattern) from error


def _not_regular(pattern: str) -> NotRunnable:
    return NotRunnable(f"'{pattern}' is not a regular expression.")


def _check(pattern: str) -> None:
    """A repeated group must not hold a repeat or a choice: there are too many ways to match it."""
    groups, closed, repeats = [False], False, 0
    for piece in _PIECE.findall(pattern):
        if piece == "[":
            raise _not_regular(pattern) from re.error("unterminated character set", pattern, 0)
        if piece.startswith("[") and _ODD_IN_CLASS.search(piece[1:]):
            raise NotRunnable(f"'{pattern}' means something else to other programs.")
        if _REPEAT.fullmatch(piece):
            repeats += 1
            if closed or repeats > _MOST_REPEATS:
                raise NotRunnable(f"'{pattern}' could take for ever.")
            groups[-1] = True
        closed = False
        if piece == "(":
            groups.append(False)
        elif piece == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
        elif piece == "|":
            groups[-1] = True
