"""The filter language of Cloud Logging and of other list methods (AIP-160): reading and matching.

Terms are `field OP value` with `=`, `!=`, `:`, `<`, `<=`, `>`, `>=`, `=~`, `!~`, or bare text that
may stand in any field. NOT binds before OR, OR before AND; terms side by side are an AND.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from runbook.simulator.errors import Refusal
from runbook.simulator.expression_values import compare, reach, texts_in

Test = Callable[[Any], bool]  # Any: one JSON object, an entry or a resource

_TOKEN = re.compile(
    r"""\s*(?:--[^\n]*\n\s*)*
    (?: (?P<operator>!=|<=|>=|=~|!~|[=:<>]) | (?P<open>\() | (?P<close>\))
      | "(?P<quoted>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
      | (?P<word>(?:[^\s()"'=!<>:~]|(?<=[\w.])"(?:[^"\\]|\\.)*")+) )""",
    re.VERBOSE,
)


def compiled(text: str) -> Test:
    """A test for JSON objects. Raises `Refusal` (400) for what is no expression."""
    reader = _Reader(_tokens(text))
    if reader.is_at_end():
        return lambda _: True
    test = reader.conjunction()
    if not reader.is_at_end():
        raise _unparseable(text)
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _unparseable(text)
        value = found[found.lastgroup]
        if found.lastgroup in ("quoted", "single"):
            value = re.sub(r"\\(.)", r"\1", value)
        tokens.append((found.lastgroup, value))
        at = found.end()
    return tokens


def _unparseable(text: str) -> Refusal:
    return Refusal(400, f"Unparseable filter: syntax error in '{text}'.")


class _Reader:
    """Reads tokens from left to right; each method takes one kind of phrase."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def is_at_end(self) -> bool:
        return self._at >= len(self._tokens)

    def conjunction(self) -> Test:
        tests = [self._disjunction()]
        while not self.is_at_end() and self._peek()[0] != "close":
            self._take_word("AND")
            tests.append(self._disjunction())
        return lambda value: all(test(value) for test in tests)

    def _disjunction(self) -> Test:
        tests = [self._negation()]
        while self._take_word("OR"):
            tests.append(self._negation())
        return lambda value: any(test(value) for test in tests)

    def _negation(self) -> Test:
        if self._take_word("NOT"):
            denied = self._negation()
            return lambda value: not denied(value)
        kind, text = self._peek()
        if kind == "word" and text.startswith("-") and len(text) > 1:
            self._tokens[self._at] = (kind, text[1:])
            wanted = self._term()
            return lambda value: not wanted(value)
        return self._term()

    def _term(self) -> Test:
        kind, text = self._next()
        if kind == "open":
            inner = self.conjunction()
            self._expect("close")
            return inner
        if kind in ("operator", "close"):
            raise _unparseable(text)
        if self._peek()[0] != "operator":
            return _anywhere(text)
        operator = self._next()[1]
        return self._comparison(text, operator)

    def _comparison(self, field: str, operator: str) -> Test:
        """One value, or several in parentheses with OR between them."""
        kind, text = self._next()
        if kind == "open":
            return self._alternatives(field, operator)
        if kind not in ("quoted", "single", "word"):
            raise _unparseable(text)
        if kind == "word" and self._peek() == ("open", "("):
            return self._call(field, text)
        return _compared(field, operator, text)

    def _alternatives(self, field: str, operator: str) -> Test:
        tests = [_compared(field, operator, self._next()[1])]
        while self._take_word("OR"):
            tests.append(_compared(field, operator, self._next()[1]))
        self._expect("close")
        return lambda value: any(test(value) for test in tests)

    def _call(self, field: str, function: str) -> Test:
        """`starts_with("…")` and its like, as Monitoring writes them."""
        self._expect("open")
        argument = self._next()[1]
        self._expect("close")
        patterns = {"starts_with": "^{}", "ends_with": "{}$", "has_substring": "{}"}
        if function not in patterns:
            raise _unparseable(function)
        return _compared(field, "=~", patterns[function].format(re.escape(argument)))

    def _peek(self) -> tuple[str, str]:
        return ("end", "") if self.is_at_end() else self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise _unparseable("end of filter")
        self._at += 1
        return token

    def _take_word(self, word: str) -> bool:
        if self._peek() != ("word", word):
            return False
        self._at += 1
        return True

    def _expect(self, kind: str) -> None:
        if self._next()[0] != kind:
            raise _unparseable("parenthesis")


def _anywhere(text: str) -> Test:
    wanted = text.lower()
    return lambda value: any(wanted in one.lower() for one in texts_in(value))


def _compared(field: str, operator: str, wanted: str) -> Test:
    path = [part.strip('"') for part in re.findall(r'"[^"]*"|[^."]+', field)]
    return lambda value: compare(reach(value, path), operator, wanted, field=path[-1])
