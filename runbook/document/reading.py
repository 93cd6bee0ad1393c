"""What every part of reading shares: the lines, what the shell blocks set, what was noticed."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from runbook.document.commands_in_text import Variables
from runbook.document.definition import Problem, Span

_MARKUP = re.compile(r"[`*\[\]]|\(https?:[^)\s]*\)")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST_KEY = 80


@dataclass(slots=True)
class Reading:
    """One document while it is read."""

    lines: Sequence[str]
    variables: Variables
    problems: list[Problem] = field(default_factory=list)
    taken_keys: dict[str, int] = field(default_factory=dict)

    def markdown(self, span: Span) -> str:
        """The lines as written, without the indentation that they share."""
        return textwrap.dedent("\n".join(self.lines[span.first - 1 : span.last])).strip("\n")

    def note(self, line: int, what: str, instead: str = "") -> None:
        self.problems.append(Problem(line, "note", what, instead))

    def key(self, title: str, *, wanted: str = "", line: int = 0) -> str:
        """A key that no other step has: the wanted one, or made from the title."""
        base = wanted or slug(title)
        if wanted and base in self.taken_keys:
            what = f"Two steps have the id `{wanted}`"
            self.problems.append(Problem(line, "error", what, "Give each step its own id"))
        return self._free(base)

    def _free(self, base: str) -> str:
        number = self.taken_keys.get(base, 0) + 1
        self.taken_keys[base] = number
        if number == 1:
            return base
        numbered = f"{base}-{number}"
        return self._free(base) if numbered in self.taken_keys else self._free(numbered)


def slug(title: str) -> str:
    """Words of a title for use in an address: lower case, ASCII, joined by dashes."""
    plain = unicodedata.normalize("NFKD", _MARKUP.sub("", title[:400]))
    words = _NOT_WORD.sub("-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    return words[:_LONGEST_KEY].rstrip("-") or "step"
