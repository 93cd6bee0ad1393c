"""Which headings are phases, which explain and which escalate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from runbook.document.blocks import Element
from runbook.document.sections import Section, walk
from runbook.document.steps import has_shell, has_tasks


class Strength(IntEnum):
    """How sure it is that a section holds steps."""

    NONE = 0
    LISTED = 1
    CERTAIN = 2


@dataclass(slots=True)
class Outline:
    """Where each section of the document goes.

    A phase reads its own section and all below it that is not `claimed` by another list. `parents`
    have phases below them and only words of their own. `overviews` are other headings of a phase's
    number: they tell owner and time beforehand.
    """

    phases: list[Section] = field(default_factory=list)
    exits: list[Section] = field(default_factory=list)
    escalations: list[Section] = field(default_factory=list)
    explanations: list[Section] = field(default_factory=list)
    parents: list[Section] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)
    overviews: dict[int, Section] = field(default_factory=dict)
    strengths: dict[int, Strength] = field(default_factory=dict)
    longest_without_steps: dict[int, Section] = field(default_factory=dict)
    numbers_with_steps: set[int] = field(default_factory=set)

    def strength(self, section: Section) -> Strength:
        return self.strengths[id(section)]

    def claim(self, section: Section, place: list[Section]) -> None:
        place.append(section)
        self.claimed.add(id(section))

    def is_claimed(self, section: Section) -> bool:
        return id(section) in self.claimed


def outline(tops: Sequence[Section]) -> Outline:
    """Sorts the sections below the title."""
    found = Outline()
    for top in tops:
        for section in reversed(list(walk(top))):
            found.strengths[id(section)] = _strength(section, found)
            _count(section, found)
    for section in _one_level_above_the_steps(tops, found):
        _place(section, found)
    for section in [*found.explanations, *found.parents]:
        for part in walk(section):
            if part.phase_number is not None:
                found.overviews.setdefault(part.phase_number, part)
    return found


def own_strength(elements: Sequence[Element], *, is_quiet: bool = False) -> Strength:
    """How sure it is that these elements hold steps, headings below them left aside."""
    if any(has_tasks(element) or has_shell(element) for element in elements):
        return Strength.CERTAIN
    is_listed = any(element.kind == "list" and element.is_ordered for element in elements)
    return Strength.LISTED if is_listed and not is_quiet else Strength.NONE


def holds_commands(section: Section) -> bool:
    return any(has_shell(element) for part in walk(section) for element in part.elements)


def is_exit(section: Section) -> bool:
    """Success criteria are things to see; a section of that name with commands is work to do."""
    return section.is_exit and not holds_commands(section)


def _strength(section: Section, found: Outline) -> Strength:
    if is_exit(section):
        return Strength.NONE
    if section.is_step:
        return Strength.CERTAIN
    own = own_strength(section.elements, is_quiet=section.is_quiet)
    below = [found.strength(child) for child in section.children]
    strongest = max([own, *below])
    return Strength.NONE if section.is_quiet and strongest == Strength.LISTED else strongest


def _one_level_above_the_steps(tops: Sequence[Section], found: Outline) -> Sequence[Section]:
    """One heading around everything is a title, not a phase: its children are looked at instead."""
    holding = [section for section in tops if found.strength(section)]
    if len(holding) != 1 or _is_explicit(holding[0], found):
        return tops
    only = holding[0]
    inner = [child for child in only.children if found.strength(child) and not _is_one_step(child)]
    if own_strength(only.elements, is_quiet=only.is_quiet) or len(inner) < 2:
        return tops
    found.claim(only, found.parents)
    at = list(tops).index(only)
    return [*tops[:at], *only.children, *tops[at + 1 :]]


def _is_one_step(section: Section) -> bool:
    """Whether the heading names a single step: "Step 2: …", or one shell block under it."""
    shells = sum(has_shell(element) for element in section.elements)
    has_lists = any(element.kind == "list" for element in section.elements)
    return section.is_step or (shells == 1 and not has_lists and not section.children)


def _place(section: Section, found: Outline) -> None:
    strength = found.strength(section)
    if is_exit(section):
        found.claim(section, found.exits)
    elif section.is_escalation and strength < Strength.CERTAIN and section.phase_number is None:
        found.claim(section, found.escalations)
        found.exits += [part for part in walk(section) if is_exit(part)]
    elif _is_explicit(section, found):
        _place_phase(section, found)
    elif any(_is_explicit(part, found) for part in _below(section)):
        _place_parent(section, found)
    elif strength:
        _place_phase(section, found)
    else:
        found.claim(section, found.explanations)


def _place_phase(section: Section, found: Outline) -> None:
    """A rollback inside a phase is a side path of its own."""
    found.claim(section, found.phases)
    for part in _below(section):
        if part.is_rollback and found.strength(part):
            found.claim(part, found.phases)


def _place_parent(section: Section, found: Outline) -> None:
    has_steps = own_strength(section.elements, is_quiet=section.is_quiet)
    found.claim(section, found.phases if has_steps else found.parents)
    for child in section.children:
        _place(child, found)


def _is_explicit(section: Section, found: Outline) -> bool:
    """Whether the heading itself says that it is a phase or the rollback. An overview that names
    the phases before they come is not them."""
    if section.is_rollback:
        return bool(found.strength(section))
    number = section.phase_number
    if number is None or found.strength(section):
        return number is not None
    is_longest = found.longest_without_steps.get(number) is section
    return is_longest and number not in found.numbers_with_steps


def _count(section: Section, found: Outline) -> None:
    number = section.phase_number
    if number is None:
        return
    if found.strength(section):
        found.numbers_with_steps.add(number)
    other = found.longest_without_steps.get(number)
    if other is None or _length(section) >= _length(other):
        found.longest_without_steps[number] = section


def _length(section: Section) -> int:
    return section.span.last - section.span.first


def _below(section: Section) -> list[Section]:
    return list(walk(section))[1:]
