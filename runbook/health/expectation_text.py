"""Reads one expectation of an infrastructure file, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import cast, get_args

from runbook.document import durations
from runbook.document.definition import Json
from runbook.health.amounts import amount
from runbook.health.definition import COMPARISONS, Bound, Comparison, Expectation
from runbook.health.kinds import Field, Shape
from runbook.health.report import Severity
from runbook.health.yaml_text import Path, Written

_OPTIONS = ("severity", "risk", "message", "action")
_ORDERED = ("at_least", "at_most", "above", "below")
_GREATEST = 1e15
"""YAML has numbers without end, and some that are none: `.inf`, `.nan`."""
_EXAMPLES = {
    "text": "a word such as READY",
    "texts": "a list such as [a.example.com, b.example.com]",
    "number": "a number such as 2",
    "seconds": "a length of time such as 5s, or seconds as a number",
    "flag": "true or false",
    "version": "a version such as POSTGRES_14",
    "quantity": "an amount such as 2, 500m or 4Gi",
    "setting": "a number or a word such as on",
}


@dataclass(slots=True)
class Mistakes:
    """What is wrong with a file, by line."""

    written: Written
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: Path, sentence: str) -> None:
        self.found.append((self.written.line(path), sentence))

    def add_unknown(self, path: Path, known: Iterable[str], what: str) -> None:
        """`path` ends in a key that nobody knows."""
        known, key = list(known), str(path[-1])
        near = get_close_matches(key, known, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}."
        self.add(path, f"'{key}' is no {what}. {hint}")


def read_expectations(
    value: Json, about: Field, path: Path, mistakes: Mistakes
) -> Iterator[Expectation]:
    """Those of one field: one, or one for each entry of a keyed field."""
    if not about.keyed:
        yield from _read_one(value, about, "", path, mistakes)
    elif isinstance(value, dict) and value:
        for key, entry in value.items():
            if about.entries and key not in about.entries:
                mistakes.add_unknown((*path, key), about.entries, f"entry of '{about.name}'")
                continue
            named = about.entry_names
            if named is not None and not named.fits(key):
                mistakes.add((*path, key), f"'{key}' does not fit here; write {named.example}.")
                continue
            shaped = replace(about, shape=about.shape_of(key))
            yield from _read_one(entry, shaped, key, (*path, key), mistakes)
    else:
        mistakes.add(path, f"'{about.name}' names entries: write NAME: VALUE below it.")


def _read_one(
    value: Json, about: Field, key: str, path: Path, mistakes: Mistakes
) -> Iterator[Expectation]:
    before = len(mistakes.found)
    usual = Expectation(
        about.name, (), mistakes.written.line(path), key=key, severity=about.severity
    )
    if isinstance(value, dict):
        found = _with_options(value, usual, about, path, mistakes)
    else:
        several: Comparison = "includes" if about.shape == "texts" else "one_of"
        comparison = several if isinstance(value, list) else "is"
        bound = _bound(comparison, value, about.shape, path, mistakes)
        found = replace(usual, bounds=(bound,))
    if len(mistakes.found) == before:
        yield found


def _with_options(
    value: dict[str, Json], usual: Expectation, about: Field, path: Path, mistakes: Mistakes
) -> Expectation:
    known = (*COMPARISONS, *_OPTIONS)
    unknown = [key for key in value if key not in known]
    for key in unknown:
        mistakes.add_unknown((*path, key), known, f"word of an expectation of '{about.name}'")
    bounds = [
        _bound(comparison, value[comparison], about.shape, (*path, comparison), mistakes)
        for comparison in COMPARISONS
        if comparison in value
    ]
    if not bounds and not unknown:
        mistakes.add(path, f"'{about.name}' expects nothing: add one of {', '.join(COMPARISONS)}.")
    is_risk = value.get("risk") is True
    return replace(
        usual,
        bounds=tuple(bounds),
        severity=_severity(value, "warning" if is_risk else usual.severity, path, mistakes),
        is_risk=is_risk,
        message=_text(value, "message", path, mistakes),
        action=_text(value, "action", path, mistakes),
    )


def _severity(value: dict[str, Json], usual: Severity, path: Path, mistakes: Mistakes) -> Severity:
    if not isinstance(value.get("risk", False), bool):
        mistakes.add((*path, "risk"), "'risk' is true or false.")
    found = value.get("severity", usual)
    if found not in get_args(Severity):
        mistakes.add((*path, "severity"), f"'{found}' is no severity: critical or warning.")
    return cast("Severity", found)


def _bound(
    comparison: Comparison, wanted: Json, shape: Shape, path: Path, mistakes: Mistakes
) -> Bound:
    if comparison in _ORDERED and shape in ("text", "texts", "flag"):
        mistakes.add(path, f"'{comparison}' compares amounts; write {_EXAMPLES[shape]}.")
    if comparison == "includes" and shape != "texts":
        mistakes.add(path, f"'includes' is for lists; write {_EXAMPLES[shape]}.")
    may_be_several = comparison == "one_of" or shape == "texts"
    for one in wanted if may_be_several and isinstance(wanted, list) else [wanted]:
        if not _fits(one, shape):
            mistakes.add(path, f"{_shown(one)} does not fit here; write {_EXAMPLES[shape]}.")
    return Bound(comparison, _plain(wanted, shape))


def _fits(value: Json, shape: Shape) -> bool:
    if shape == "flag" or (shape == "setting" and isinstance(value, bool)):
        return isinstance(value, bool)
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return False
    if isinstance(value, int | float) and not abs(value) < _GREATEST:
        return False
    if shape == "number":
        return isinstance(value, int | float)
    return shape in ("text", "texts", "setting") or amount(value, shape) is not None


def _plain(wanted: Json, shape: Shape) -> Json:
    """Lengths of time as seconds; numbers where a text is meant as that text."""
    if isinstance(wanted, list):
        return [_plain(one, shape) for one in wanted]
    if shape == "setting" and isinstance(wanted, bool):
        return "on" if wanted else "off"  # YAML makes a truth of these words
    if shape == "seconds" and isinstance(wanted, str):
        return durations.seconds(wanted) if durations.seconds(wanted) is not None else wanted
    return str(wanted) if shape in ("text", "texts", "version", "quantity") else wanted


def _text(value: dict[str, Json], key: str, path: Path, mistakes: Mistakes) -> str:
    found = value.get(key, "")
    if not isinstance(found, str):
        mistakes.add((*path, key), f"'{key}' is a text.")
        return ""
    return found


def _shown(value: Json) -> str:
    kinds = {bool: "true or false", dict: "Keys below it", list: "A list", type(None): "Nothing"}
    return kinds.get(type(value), f"'{value}'")
