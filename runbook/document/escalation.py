"""Escalation levels told in prose: "2-Hour Escalation (If … blocked)" and a list under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runbook.document import durations
from runbook.document.blocks import Element
from runbook.document.definition import EscalationLevel
from runbook.document.sections import Section, bare, walk

_BOLD = re.compile(r"(?:\*\*|__)(.{3,160}?)(?:\*\*|__):?")
_CONDITION = re.compile(r"\(?\b(if\b[^()]{3,160})\)?", re.IGNORECASE)
_PEOPLE = re.compile(
    r"\b((?:Senior |Chief )?(?:[A-Z][a-z]+ )?(?:Lead|Manager|Director)|VP(?: of)? [A-Z][a-z]+"
    r"|[Ee]ngineering leadership)\b"
)
_OVERRUN = re.compile(r"\bphase\s+(\d{1,3})\b.{0,80}\bexceeds\b", re.IGNORECASE)
_LONGEST_WORDS = 200
_MOST_WORDS = 20


def levels(sections: Sequence[Section]) -> tuple[EscalationLevel, ...]:
    """One level for each label or heading that names a time, soonest first; each time once."""
    found: dict[int, EscalationLevel] = {}
    for section in sections:
        for part in walk(section):
            for level in _levels_of(part):
                found.setdefault(level.after, level)
    return tuple(found[after] for after in sorted(found))


def _levels_of(section: Section) -> Iterator[EscalationLevel]:
    labelled = list(_labelled(section))
    for label, line, lists in labelled:
        level = _level(label, section.title, line, lists)
        if level:
            yield level


def _labelled(section: Section) -> Iterator[tuple[str, int, list[Element]]]:
    """Each bold label with the lists under it; the heading itself where no label names a time."""
    label, line, lists = section.title, section.span.first, list[Element]()
    for element in section.elements:
        match = _BOLD.fullmatch(element.text) if element.kind == "paragraph" else None
        if match and durations.find(match[1]):
            if lists:
                yield label, line, lists
            label, line, lists = match[1], element.span.first, []
        elif element.kind == "list":
            lists.append(element)
    if lists:
        yield label, line, lists


def _level(label: str, title: str, line: int, lists: Sequence[Element]) -> EscalationLevel | None:
    after = durations.find(label)
    then = tuple(words for element in lists for words in _leaves(element))[:_MOST_WORDS]
    if after is None or not after.least or not then:
        return None
    condition = _CONDITION.search(label) or _CONDITION.search(title)
    overrun = _OVERRUN.search(label) or _OVERRUN.search(title)
    people = dict.fromkeys(name for words in then for name in _PEOPLE.findall(words))
    return EscalationLevel(
        after=after.least,
        condition=condition[1].strip() if condition else "",
        to=tuple(people),
        then=then,
        line=line,
        origin="phase" if overrun else "incident",
        origin_key=overrun[1] if overrun else "",
    )


def _leaves(element: Element) -> Iterator[str]:
    """The words of the innermost items of a list."""
    for item in element.children:
        inner = [child for child in item.children if child.kind == "list"]
        words = [child.text for child in item.children if child.kind == "paragraph"]
        if not inner and words:
            yield bare(" ".join(words[0].split()))[:_LONGEST_WORDS]
        for child in inner:
            yield from _leaves(child)
