"""How wide text is on a screen, and text made to fit."""

from __future__ import annotations

import re
import unicodedata


def width_of(text: str) -> int:
    """Of the widest line; wide characters count twice, marks on others not at all."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(sum(map(_char_width, line)) for line in text.split("\n"))


def _char_width(char: str) -> int:
    char = unicodedata.normalize("NFC", char)
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "FW" else 1


def justified(text: str, width: int, align: str) -> str:
    fit = width - (width_of(text) - len(text))
    if align == "right":
        return text.rjust(fit)
    return text.center(fit) if align == "center" else text.ljust(fit)


def first_line(text: str, width: int) -> tuple[str, str]:
    """What of a text stands on its first line, broken at a space if it can be, and the rest."""
    fits, taken = 0, 0
    while taken < len(text):
        fits += _char_width(text[taken])
        if fits > width:
            break
        taken += 1
    taken = max(taken, 1)
    taken += len(text[taken:]) - len(text[taken:].lstrip())
    newline = text.find("\n") + 1
    if 0 < newline <= taken:
        return text[:newline].rstrip(), text[newline:]
    ends = [space.end() for space in re.finditer(r"\s+", text) if space.end() <= taken]
    taken = ends[-1] if ends else taken
    return text[:taken].rstrip(), text[taken:]
