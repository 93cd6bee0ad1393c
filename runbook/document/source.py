"""From bytes to lines: what cannot be read is refused, what was decoded wrongly is repaired."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import ftfy

MAX_BYTES = 1024 * 1024

_LINE_END = re.compile(r"\r\n?|\n")
_ENCODINGS = (
    ("Mac Roman", "mac_roman", "¬√\u201a\uf8ff≈∆"),
    ("Windows-1252", "sloppy-windows-1252", "ÂÃâðÐÑï"),
)
"""What people call it, its codec, and how it shows the first bytes of UTF-8 characters."""
_SUSPICIOUS = re.compile("[" + "".join(leads for _, _, leads in _ENCODINGS) + "]")


class Unreadable(Exception):
    """The bytes are not a document. The message is a sentence for the person who gave them."""


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of a document without their ends, and how wrongly decoded text was repaired ("").

    Line n of the source is `lines[n - 1]`, whatever was repaired. `repaired_line` is the first.
    """

    lines: tuple[str, ...]
    repair: str = ""
    repaired_line: int = 0


def read(source: bytes) -> Text:
    """The document's text. Raises `Unreadable`."""
    text = _decode(source)
    if not text.strip():
        raise Unreadable("The file is empty. A runbook is a Markdown file with at least one line.")
    lines = tuple(_LINE_END.split(text))
    return _repaired(text, lines)


def _decode(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        size = len(source) / MAX_BYTES
        raise Unreadable(
            f"The file has {size:.1f} MiB and a runbook may have 1 MiB at most. "
            "Split it, or leave out what is not text."
        )
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("The file is UTF-16. Save it as UTF-8 and give it again.")
    if b"\0" in source:
        place = source.index(b"\0")
        raise Unreadable(
            f"The file is binary: there is a zero byte at position {place}. "
            "A runbook is a Markdown file in UTF-8."
        )
    try:
        return source.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        shift = len(source) - len(source.removeprefix(codecs.BOM_UTF8))
        line = source.count(b"\n", 0, shift + error.start) + 1
        raise Unreadable(
            f"The file is not UTF-8: byte {shift + error.start} (line {line}) does not fit. "
            "Save it as UTF-8 and give it again."
        ) from error


def _repaired(text: str, lines: tuple[str, ...]) -> Text:
    suspects = [number for number, line in enumerate(lines, 1) if _SUSPICIOUS.search(line)]
    if not suspects:
        return Text(lines)
    for name, codec, _ in sorted(_ENCODINGS, key=lambda encoding: -_count(text, encoding[2])):
        try:
            better = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        return Text(tuple(_LINE_END.split(better)), repair=name, repaired_line=suspects[0])
    return _repaired_by_line(lines, suspects)


def _count(text: str, characters: str) -> int:
    return sum(text.count(character) for character in characters)


def _repaired_by_line(lines: tuple[str, ...], suspects: list[int]) -> Text:
    better, first = list(lines), 0
    for number in suspects:
        fixed = ftfy.fix_encoding(lines[number - 1])
        if fixed != lines[number - 1] and not _LINE_END.search(fixed):
            better[number - 1] = fixed
            first = first or number
    return Text(tuple(better), repair="another encoding" if first else "", repaired_line=first)
