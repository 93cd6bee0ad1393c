"""Shell text cut into whole commands: continuations joined, quotes, here-documents and constructs
kept together. Understands where a command ends, not what it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_QUOTE = 30
_OPENERS = frozenset({"for", "while", "until", "select", "if", "case", "{"})
_CLOSERS = frozenset({"done", "fi", "esac", "}"})
_LEADERS = frozenset({"do", "then", "else", "elif", "!", "time", "{"})
_WORDS = re.compile(r"[;&|()\n]+|[^\s;&|()]+")
_HIDDEN = re.compile(
    r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?P<comment>(?<![^\s;&|(])\#.*)|(?P<open>['"]).*"""
)
_QUOTE_END = {"'": re.compile(r"[^']*'"), '"': re.compile(r'(?:\\.|[^"\\])*"')}
_HERE_DOCUMENT = re.compile(
    r"""(?<!<)<<-?[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([^\s<>;&|()'"\\]+))"""
)
_ARRAY = re.compile(r"\s*(?:(?:export|readonly|local|declare)\s+(?:-\w+\s+)*)?\w+\+?=\(")
_OPEN_END = re.compile(r"(?:\|\|?|&&)\s*$")
_IN_BACKGROUND = re.compile(r"(?<![&>])&(?![&>\d])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole command, one comment or one blank line. Offsets count lines from 0, both included."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Logical:
    """One line with its continuations, open quotes and here-documents; `plain` hides quotes."""

    text: str
    plain: str
    last: int


def pieces(lines: Sequence[str]) -> list[Piece]:
    """Every line in exactly one piece, in order."""
    found: list[Piece] = []
    at = 0
    while at < len(lines):
        found.append(_construct(lines, at))
        if found[-1].text.strip() == "wait":
            found = _with_those_it_waits_for(found)
        at = found[-1].last + 1
    return found


def _with_those_it_waits_for(found: list[Piece]) -> list[Piece]:
    """`wait` and the commands in the background right before it are one command."""
    start = len(found) - 1
    for at in range(start - 1, -1, -1):
        text = plain(found[at].text).strip()
        if text and not _IN_BACKGROUND.search(text):
            break
        start = at if text else start
    joined = "\n".join(piece.text for piece in found[start:])
    return [*found[:start], Piece(joined, found[start].first, found[-1].last)]


def plain(text: str) -> str:
    """The text with each quoted part replaced by Q and comments dropped."""
    return "\n".join(_hide(line)[0] for line in text.split("\n"))


def _construct(lines: Sequence[str], first: int) -> Piece:
    line = _logical(lines, first)
    texts = [line.text]
    in_array = bool(_ARRAY.match(line.plain)) and _parentheses(line.plain) > 0
    depth = _parentheses(line.plain) if in_array else _depth(line.plain)
    while depth > 0 and line.last + 1 < len(lines):
        line = _logical(lines, line.last + 1)
        texts.append(line.text)
        depth += _parentheses(line.plain) if in_array else _depth(line.plain)
    return Piece("\n".join(texts), first, line.last)


def _logical(lines: Sequence[str], first: int) -> _Logical:
    text, hidden, last = _quoted(lines, first)
    plains = [hidden]
    while last + 1 < len(lines) and (joint := _joint(plains[-1])):
        following, hidden, last = _quoted(lines, last + 1)
        if joint == "\\":
            text, plains[-1] = text[:-1], plains[-1][:-1]
        text = _joined(text, following, is_one_word=joint == "\\")
        plains.append(hidden)
    whole, last = _with_here_documents(text, " ".join(plains), lines, last)
    return _Logical(whole, " ".join(plains), last)


def _joined(text: str, following: str, *, is_one_word: bool) -> str:
    """Both with one space between them, unless a backslash stands inside of a word."""
    is_whole = is_one_word and not text[-1:].isspace() and not following[:1].isspace()
    return text + following if is_whole else f"{text.rstrip()} {following.strip()}"


def _joint(hidden: str) -> str:
    """What makes the next line part of this one: a backslash, an operator at the end, or ""."""
    if hidden.endswith("\\"):
        return "\\"
    return "|" if _OPEN_END.search(hidden) and hidden.strip("|& ") else ""


def _quoted(lines: Sequence[str], first: int) -> tuple[str, str, int]:
    """A line, and the lines after it while a quote is open; a stray quote ends with its line."""
    hidden, quote = _hide(lines[first])
    plains, last = [hidden], first
    while quote:
        last += 1
        if last >= len(lines) or last - first > _LONGEST_QUOTE:
            return lines[first], hidden, first
        end = _QUOTE_END[quote].match(lines[last])
        if end:
            rest, quote = _hide(lines[last][end.end() :])
            plains.append(rest)
    return "\n".join(lines[first : last + 1]), " ".join(plains), last


def _hide(line: str) -> tuple[str, str]:
    """The line with quoted parts as Q and without comment, and the quote left open or ""."""
    left_open = ""

    def hide(match: re.Match[str]) -> str:
        nonlocal left_open
        left_open = match["open"] or left_open
        return "" if match["comment"] else "Q"

    return _HIDDEN.sub(hide, line), left_open


def _with_here_documents(
    text: str, hidden: str, lines: Sequence[str], last: int
) -> tuple[str, int]:
    if "<<" not in hidden or "((" in hidden:
        return text, last
    parts = [text]
    for match in _HERE_DOCUMENT.finditer(text):
        mark = match[1] or match[2] or match[3]
        end = _line_with(mark, lines, last + 1)
        parts += lines[last + 1 : end + 1]
        last = end
    return "\n".join(parts), last


def _line_with(mark: str, lines: Sequence[str], first: int) -> int:
    """The last line of all where it does not come: a shell takes the rest too."""
    found = (index for index in range(first, len(lines)) if lines[index].strip() == mark)
    return next(found, len(lines) - 1)


def _depth(hidden: str) -> int:
    """How many constructs this line opens more than it closes."""
    depth, at_start = 0, True
    for word in _WORDS.findall(hidden):
        if word[0] in ";&|()\n":
            at_start = True
            continue
        if at_start:
            depth += (word in _OPENERS) - (word in _CLOSERS)
        at_start = at_start and word in _LEADERS
    return depth


def _parentheses(hidden: str) -> int:
    return hidden.count("(") - hidden.count(")")
