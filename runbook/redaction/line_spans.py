"""Secrets that span lines: private keys, values that have several lines, a name above its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from runbook.redaction.labels import DONE, Label
from runbook.redaction.names import kind_of, secret_kind

PRIVATE_KEY = "private key"
MOST_LINES = 400
"""A key that is never ended hides no more than this."""
MOST_HELD = 50
"""A known value of more lines is found line by line only."""

_KEY = r"(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{3,5}"
_BEGIN = re.compile(rf"-{{3,5}} ?BEGIN {_KEY}")
_END = re.compile(rf"-{{3,5}} ?END {_KEY}")
_INSIDE = re.compile(r"(?:[A-Za-z0-9+/=]++|\\{1,3}[nr/]|\s(?=[A-Za-z0-9+/=]{40}))*+")
_BODY = re.compile(r"[>|#*+\"'\s-]*+(?:[A-Za-z0-9+/=]++|\\[nr\\])*+[\"',\s\\]*+")
_TAIL = re.compile(r"[\"', \t\r\\]*")
_LAST_WORD = re.compile(r"[A-Za-z0-9+/=]{40,}[\"',\s\\]*$")
_HEADER = re.compile(r"[>|#*\s]*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): .*")
_NAMED = re.compile(
    r"[\s{,-]*[\"']?(?:name|key)[\"']?\s*[:=]\s*[\"']?(?P<name>[\w.-]{3,80})[\"']?,?\s*"
)
_VALUE = re.compile(
    r"(?P<lead>[\s{,-]*+[\"']?value[\"']?\s*[:=]\s*)(?P<value>\S.*?)(?P<rest>,?\s*)"
)


def keys_in_line(text: str, label: Label) -> tuple[str, OpenKey | None]:
    """The line without private keys, and the last of them where it goes on in the next line."""
    last_end = max((found.end() for found in _END.finditer(text)), default=0)
    pieces, at, key = [], 0, None
    while begin := _BEGIN.search(text, at):
        end = _END.search(text, begin.end()) if begin.end() < last_end else None
        inside = end or _INSIDE.match(text, begin.end())
        until = inside.end() if inside else begin.end()
        pieces += [text[at : begin.start()], label(PRIVATE_KEY, text[begin.start() : until])]
        is_cut = end is None and bool(_TAIL.fullmatch(text, until))
        key = OpenKey(words=len(text[: begin.start()].split())) if is_cut else None
        at = until
    return "".join([*pieces, text[at:]]), key


class OpenKey:
    """The lines that follow the beginning of a private key. `words` stood in front of that: a log
    that puts the time before every line does so inside of the key too."""

    def __init__(self, words: int) -> None:
        self._words = words
        self._lines = 0

    def takes(self, line: str) -> tuple[bool, str]:
        """Whether this line is inside of the key, and what is left of a line that is not."""
        self._lines += 1
        if end := _END.search(line):
            rest = line[end.end() :]
            return False, rest if any(map(str.isalnum, rest)) else ""
        is_inside = self._lines <= MOST_LINES and self._is_inside(line)
        return is_inside, "" if is_inside else line

    def _is_inside(self, line: str) -> bool:
        if _BODY.fullmatch(line) or _LAST_WORD.search(line) or _HEADER.fullmatch(line):
            return True
        words = line.split()
        return len(words) == self._words + 1 > 1 and bool(_BODY.fullmatch(words[-1]))


class NameAbove:
    """`name: DB_PASSWORD` in one line and `value: …` in the next, as Kubernetes and Cloud Run write
    the variables of a container."""

    def __init__(self) -> None:
        self._name = ""

    def redacted(self, line: str, lower: str, label: Label) -> str:
        name, self._name = self._name, self._announced(line, lower)
        found = _VALUE.fullmatch(line) if name else None
        if found is None:
            return line
        value = found["value"]
        kind = secret_kind(name, value.strip("\"'"))
        if not kind or DONE.search(value):
            return line
        quote = value[0] if value[0] in "\"'" else ""
        return (
            f"{found['lead']}{quote}{label(kind, value.strip(quote or None))}{quote}{found['rest']}"
        )

    def _announced(self, line: str, lower: str) -> str:
        if "name" not in lower and "key" not in lower:
            return ""
        found = _NAMED.fullmatch(line)
        return found["name"] if found and kind_of(found["name"]) else ""


class HeldLines:
    """Lines that could begin a known value of several lines wait for the next one."""

    def __init__(self, forms: Iterable[str], without_known: Callable[[str], str]) -> None:
        parts = (form.split("\n") for form in forms if "\n" in form)
        self._spanning = [found for found in parts if len(found) <= MOST_HELD]
        self._without_known = without_known
        self._held: list[str] = []

    def line(self, line: str) -> list[str]:
        """Those that are ready."""
        if not self._spanning:
            return [self._without_known(line)]
        lines = self._without_known("\n".join([*self._held, line])).split("\n")
        ready = len(lines) - max(_begun(parts, lines) for parts in self._spanning)
        self._held = lines[ready:]
        return lines[:ready]

    def rest(self) -> list[str]:
        held, self._held = self._held, []
        return held


def _begun(parts: Sequence[str], lines: Sequence[str]) -> int:
    """How many of the last lines could be the first of `parts`."""
    for count in range(min(len(parts) - 1, len(lines)), 0, -1):
        first, *others = lines[-count:]
        if first.endswith(parts[0]) and others == list(parts[1:count]):
            return count
    return 0
