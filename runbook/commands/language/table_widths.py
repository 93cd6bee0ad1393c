"""How wide the columns of a table are, and which give way where the terminal is too narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runbook.commands.language.display_width import width_of
from runbook.commands.language.projection import Column

_LEAST_WRAPPED = 10


@dataclass(frozen=True, slots=True)
class Room:
    """What a table may use: the `width` of the terminal, `pad` between columns, lines of a box."""

    pad: int
    has_box: bool
    width: int
    margin: int

    def left_by(self, columns: int) -> int:
        """For the columns themselves."""
        gaps = (columns + 1) + columns * self.pad * 2 if self.has_box else (columns - 1) * self.pad
        return self.width - gaps - self.margin


def column_widths(
    columns: Sequence[Column], lines: Sequence[Sequence[str]], room: Room
) -> list[int]:
    """Each as wide as its widest cell or its fixed width."""
    widths = [
        max((width_of(line[at]) for line in lines if at < len(line)), default=0)
        for at in range(len(columns))
    ]
    widths = [
        max(width, column.setting.width or 0) for width, column in zip(widths, columns, strict=True)
    ]
    return _wrapped(columns, widths, room)


def _wrapped(columns: Sequence[Column], widths: list[int], room: Room) -> list[int]:
    """Columns that may be wrapped share what the others leave of the terminal."""
    least = {
        at: _LEAST_WRAPPED if column.setting.wrap is True else int(column.setting.wrap)
        for at, column in enumerate(columns)
        if column.setting.wrap
    }
    whole = room.left_by(len(columns))
    if not least or whole >= sum(widths):
        return widths
    available = whole - sum(width for at, width in enumerate(widths) if at not in least)
    return [
        max(available // len(least), min(least[at], width), 1) if at in least else width
        for at, width in enumerate(widths)
    ]
