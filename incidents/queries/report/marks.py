"""Text of others inside Markdown, so that it reads as what it is and opens nothing."""

from __future__ import annotations

import re

from incidents.queries.report.prose import unmarked
from incidents.visible_text import readable

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_RUNS = re.compile(r"`+")
_COMMAND = re.compile(r"`([^`]+)`")


def plain(text: str) -> str:
    """One line of words: every mark of Markdown in it is escaped."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def entry(text: str) -> str:
    """What happened, in a line: the commands in it stand between backticks, and are code."""
    parts = _COMMAND.split(" ".join(text.split()))
    return "".join(
        code(part) if place % 2 else _MARKS.sub(r"\\\1", part) for place, part in enumerate(parts)
    )


def title(text: str) -> str:
    """The title of a step or phase, which is a line of Markdown, as plain words."""
    return plain(unmarked(readable(text)))


def code(text: str) -> str:
    """One line as code, inside as many backticks as it takes."""
    line = " ".join(text.split("\n")).strip() or " "
    longest = max((len(run) for run in _RUNS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    room = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{room}{line}{room}{ticks}"


def block(text: str) -> str:
    """Several lines as code, fenced by more backticks than any line begins with."""
    longest = max((len(run) for run in _RUNS.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def code_cell(text: str) -> str:
    """`code` for a table, where a pipe ends a cell even inside code."""
    return code(text).replace("|", "\\|")
