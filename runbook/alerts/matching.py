"""Which rule an alert fits. Pure: rules are plain values here, and the first that fits counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Literal, get_args

from runbook.commands.base import NotRunnable
from runbook.commands.language.patterns import compiled
from runbook.document.definition import Json

_REPEAT = re.compile(r"(?<!\\)[*+{]")

Test = Literal["is", "is not", "matches"]
TESTS: tuple[Test, ...] = get_args(Test)

MOST_WAYS = 5_000_000
"""In so many ways a pattern may be laid over a value: some hundredths of a second."""

OWN = ("source", "kind", "environment", "severity", "verdict", "title")
"""What is known of every alert besides its labels; a label of such a name is hidden by it."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition. A label that an alert lacks counts as empty. `matches` is a regular expression
    for the whole value; one with many repeats fits no long value, as senders choose what it is held
    against."""

    label: str
    test: Test
    value: str

    def __str__(self) -> str:
        return f"{self.label} {self.test} {self.value or 'empty'}"

    def fits(self, facts: Mapping[str, str]) -> bool:
        found = facts.get(self.label, "")
        if self.test == "matches":
            return _matches(self.value, found)
        return (found == self.value) == (self.test == "is")


def read_matchers(written: Json) -> tuple[Matcher, ...]:
    """Conditions as they are stored: a list of {"label", "test", "value"}. ValueError otherwise."""
    if not isinstance(written, list):
        raise ValueError("conditions are a list")
    return tuple(_matcher(one) for one in written)


def _matcher(written: Json) -> Matcher:
    known = written if isinstance(written, dict) else {}
    label, test, value = (known.get(name) for name in ("label", "test", "value"))
    if not isinstance(label, str) or not label or not isinstance(value, str) or test not in TESTS:
        raise ValueError('a condition is {"label", "test", "value"}')
    return Matcher(label, test, value)


def fit(matchers: Sequence[Matcher], facts: Mapping[str, str]) -> bool:
    """Whether all of them hold; none at all fit everything."""
    return all(one.fits(facts) for one in matchers)


def filled(text: str, facts: Mapping[str, str]) -> str:
    """`{label}` replaced by the alert's value; what it lacks stays as it is written."""
    return re.sub(r"\{([\w./-]+)\}", lambda found: facts.get(found[1], found[0]), text)


def _matches(pattern: str, value: str) -> bool:
    """One that no rule should hold (its form refuses it) fits nothing."""
    try:
        expression = compiled(pattern)
    except NotRunnable:
        return False
    return _ways(pattern, value) <= MOST_WAYS and expression.fullmatch(value) is not None


def _ways(pattern: str, value: str) -> int:
    """Each repeat may end anywhere behind the one before it."""
    repeats = len(_REPEAT.findall(pattern))
    return comb(len(value) + repeats, repeats)
