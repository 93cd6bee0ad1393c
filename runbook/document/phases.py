"""From a section to a phase: introduction, steps, groups and exit criteria."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbook.document import durations, section_steps, steps
from runbook.document.definition import Phase
from runbook.document.outline import Outline, is_exit
from runbook.document.reading import Reading
from runbook.document.section_steps import PhaseDraft
from runbook.document.sections import Section, bare, heading

_FACT = re.compile(
    r"\s*(?:[-*]\s+)?(?:\*\*|__)?([A-Z][\w ]{2,30}?)(?::\*\*|\*\*:|__:|:__|:)\s*(.+)"
)
_OWNER_FACTS = ("responsibility", "responsible", "owner", "owned by", "team")
_TIME_FACTS = ("timeline", "duration", "time", "estimated time", "estimate")
_LONGEST_ROLE = 60


def read(section: Section, outlined: Outline, reading: Reading) -> PhaseDraft:
    """The section and what is below it, apart from what the outline placed elsewhere."""
    phase = PhaseDraft(section)
    _take_facts(section, phase)
    number = section.phase_number
    if number is not None and number in outlined.overviews:
        _take_facts(outlined.overviews[number], phase)
    section_steps.read(section, phase, reading)
    _read_children(section, phase, outlined, reading, group="")
    return phase


def add_exits(phase: PhaseDraft, section: Section, reading: Reading) -> None:
    """Exit criteria that stand in a section of their own."""
    section_steps.read_criteria(section, phase, reading)
    for child in section.children:
        add_exits(phase, child, reading)


def finished(phase: PhaseDraft, *, number: int, title: str, reading: Reading) -> Phase:
    head = heading(phase.section.title)
    introduction = "\n\n".join(text for text in phase.introduction if text.strip())
    return Phase(
        title=head.text or title,
        number=number,
        introduction=introduction,
        span=phase.section.span,
        steps=tuple(steps.finished(step, reading) for step in phase.steps),
        exit_criteria=tuple(steps.finished(step, reading) for step in phase.exits),
        role=head.role or phase.role,
        duration=head.duration or phase.duration,
        is_rollback=phase.section.is_rollback,
    )


def numbers(drafts: Sequence[PhaseDraft]) -> list[int]:
    """The phases' numbers as written where every straight phase has its own, else counted."""
    written = [draft.section.phase_number for draft in drafts if not draft.section.is_rollback]
    known = [number for number in written if number is not None]
    if not known or len(known) != len(written) or len(set(known)) != len(known):
        return list(range(1, len(drafts) + 1))
    free = iter(range(max(known) + 1, max(known) + 1 + len(drafts)))
    return [
        next(free) if draft.section.is_rollback else draft.section.phase_number or 0
        for draft in drafts
    ]


def _read_children(
    section: Section, phase: PhaseDraft, outlined: Outline, reading: Reading, *, group: str
) -> None:
    for child in section.children:
        if outlined.is_claimed(child):
            continue
        if is_exit(child):
            add_exits(phase, child, reading)
            continue
        if child.is_step:
            section_steps.read_as_one_step(child, phase, reading, group=group)
        else:
            section_steps.read(child, phase, reading, group=bare(child.title), above=group)
        _read_children(child, phase, outlined, reading, group=bare(child.title))


def _take_facts(section: Section, phase: PhaseDraft) -> None:
    """Owner and time as a bold line says them: "**Responsibility:** Infrastructure Team"."""
    for element in section.elements:
        if element.kind == "paragraph":
            for line in element.text.split("\n"):
                _take_fact(line, phase)


def _take_fact(line: str, phase: PhaseDraft) -> None:
    match = _FACT.fullmatch(line[:300])
    if not match:
        return
    name, words = match[1].lower().strip(), match[2].strip()
    if name in _OWNER_FACTS and not phase.role and len(words) <= _LONGEST_ROLE:
        phase.role = words
    elif name in _TIME_FACTS and phase.duration is None:
        phase.duration = durations.find(words)
