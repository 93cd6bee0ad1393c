"""The way in: what takes secrets out of texts, of JSON, and of output that comes line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from runbook.redaction.assignments import redacted_assignments
from runbook.redaction.cookies import redacted_cookies
from runbook.redaction.json_values import Json, redacted_json, redacted_member
from runbook.redaction.known import forms_of
from runbook.redaction.labels import BLANK, DONE, Label, plain
from runbook.redaction.line_spans import HeldLines, NameAbove, OpenKey, keys_in_line
from runbook.redaction.shapes import redacted_shapes

KNOWN, MARKED = "secret value", "marked text"


class Redactor:
    """Replaces `known` values in whatever form they stand, what matches one of `patterns`, and what
    looks like a secret. Linear in the text, the patterns of others aside; never raises on a text.

    Of a pattern with groups only the first one goes. `label` writes what stands instead. What it
    wrote is left alone the next time.
    """

    def __init__(
        self, known: Iterable[str] = (), patterns: Iterable[str] = (), label: Label = plain
    ) -> None:
        self._forms = forms_of(known)
        self._patterns = tuple(re.compile(pattern) for pattern in patterns)
        self._words = label
        self._fit: set[str] = set()

    def text(self, text: str) -> str:
        """A whole text, of one line or many."""
        lines = Lines(self._line, HeldLines((), str))
        whole = self._without_known(text).split("\n")
        return self._surely("\n".join(out for line in whole for out in lines.line(line)))

    def json(self, value: Json) -> Json:
        return redacted_json(value, self.text, self._label)

    def field(self, path: str, value: Json) -> Json:
        """The value of a field of a resource; the last name of its dotted path is its name."""
        name = path.rpartition(".")[2].strip("\"'")
        return redacted_member({name: value}, name, self.text, self._label)

    def lines(self) -> Lines:
        """For one stream of output, in order."""
        return Lines(self._line, HeldLines(self._forms, self._without_known))

    def _line(self, text: str, above: NameAbove) -> tuple[str, OpenKey | None]:
        """A line without known values, and the private key that goes on in the next."""
        lower = text.lower()
        left = above.redacted(self._marked(text), lower, self._label)
        left, key = keys_in_line(left, self._label) if "private key" in lower else (left, None)
        left = redacted_cookies(redacted_shapes(left, lower, self._label), lower, self._label)
        left = redacted_assignments(left, lower, self._label)
        return text if left == text else self._surely(left), key

    def _marked(self, text: str) -> str:
        for pattern in self._patterns:
            text = pattern.sub(self._without_group, text)
        return text

    def _without_group(self, found: re.Match[str]) -> str:
        start, end = found.span(1 if found.re.groups and found[1] is not None else 0)
        if start == end or _touches_label(found.string, start, end):
            return found[0]
        words = self._label(MARKED, found.string[start:end])
        return found.string[found.start() : start] + words + found.string[end : found.end()]

    def _without_known(self, text: str) -> str:
        left = text
        for form in self._forms:
            if form in left:
                left = left.replace(form, self._label(KNOWN, form))
        return text if left == text else self._surely(left)

    def _surely(self, text: str) -> str:
        """Two replacements side by side could spell a known value again."""
        for form in self._forms:
            if form in text:
                return BLANK
        return text

    def _label(self, what: str, secret: str) -> str:
        words = self._words(what, secret)
        if words in self._fit:
            return words
        if any(form in words for form in self._forms):
            return BLANK
        self._fit.add(words)
        return words


def _touches_label(text: str, start: int, end: int) -> bool:
    if "[" not in text:
        return False
    return any(label.start() < end and label.end() > start for label in DONE.finditer(text))


class Lines:
    """Output line by line. A line may give none, while it could begin a value of several lines or
    belongs to a private key; `close` gives what was held back."""

    def __init__(
        self, redact: Callable[[str, NameAbove], tuple[str, OpenKey | None]], held: HeldLines
    ) -> None:
        self._redact = redact
        self._held = held
        self._above = NameAbove()
        self._key: OpenKey | None = None

    def line(self, line: str) -> list[str]:
        return [out for ready in self._held.line(line) for out in self._redacted(ready)]

    def close(self) -> list[str]:
        return [out for ready in self._held.rest() for out in self._redacted(ready)]

    def _redacted(self, line: str) -> list[str]:
        if self._key is not None:
            is_inside, line = self._key.takes(line)
            if is_inside:
                return []
            self._key = None
            if not line:
                return []
        text, self._key = self._redact(line, self._above)
        return [text]
