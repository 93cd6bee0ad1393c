"""From a section to a phase: introduction, steps, groups and exit criteria."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from runbook.document import durations, steps
from runbook.document.blocks import Element
from runbook.document.definition import DurationRange, Phase
from runbook.document.outline import Outline, Strength, is_exit, own_strength
from runbook.document.reading import Reading
from runbook.document.sections import Section, bare, heading, says_exit
from runbook.document.steps import Draft

_FACT = re.compile(
    r"\s*(?:[-*]\s+)?(?:\*\*|__)?([A-Z][\w ]{2,30}?)(?::\*\*|\*\*:|__:|:__|:)\s*(.+)"
)
_OWNER_FACTS = ("responsibility", "responsible", "owner", "owned by", "team")
_TIME_FACTS = ("timeline", "duration", "time", "estimated time", "estimate")
_LONGEST_ROLE = 60


@dataclass(slots=True)
class PhaseDraft:
    """A phase while it is read. `role` and `duration` are what its words say, not its heading."""

    section: Section
    introduction: list[str] = field(default_factory=list)
    steps: list[Draft] = field(default_factory=list)
    exits: list[Draft] = field(default_factory=list)
    role: str = ""
    duration: DurationRange | None = None


@dataclass(slots=True)
class _Walk:
    """Where reading stands in one section. `words` wait for the first step to belong to."""

    phase: PhaseDraft
    reading: Reading
    group: str
    has_tasks: bool
    has_listed_steps: bool
    words: list[str] = field(default_factory=list)
    current: Draft | None = None
    follows_list: bool = False


def read(section: Section, outlined: Outline, reading: Reading) -> PhaseDraft:
    """The section and what is below it, apart from what the outline placed elsewhere."""
    phase = PhaseDraft(section)
    _read_section(section, "", phase, outlined, reading)
    return phase


def add_exits(phase: PhaseDraft, section: Section, reading: Reading) -> None:
    """Exit criteria that stand outside a phase, in a section of their own."""
    for element in section.elements:
        if element.kind == "list":
            phase.exits += _criteria(element, reading)
        else:
            phase.introduction.append(reading.markdown(element.span))
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


def facts(section: Section, phase: PhaseDraft) -> None:
    """Owner and time as a bold line says them: "**Responsibility:** Infrastructure Team"."""
    for element in section.elements:
        if element.kind == "paragraph":
            for line in element.text.split("\n"):
                _take_fact(line, phase)


def _read_section(
    section: Section, group: str, phase: PhaseDraft, outlined: Outline, reading: Reading
) -> None:
    if not group:
        facts(section, phase)
    if section.is_step and section is not phase.section:
        _read_step_section(section, group, phase, outlined, reading)
        return
    _read_elements(section, group, phase, reading)
    for child in section.children:
        if outlined.is_claimed(child):
            continue
        if is_exit(child):
            add_exits(phase, child, reading)
        else:
            _read_section(child, bare(child.title), phase, outlined, reading)


def _read_step_section(
    section: Section, group: str, phase: PhaseDraft, outlined: Outline, reading: Reading
) -> None:
    """`### Step 2: Drain the node` is one step with everything under it."""
    step = steps.draft(
        bare(section.title), section.span, "" if group == bare(section.title) else group
    )
    for element in section.elements:
        steps.absorb(step, element, reading)
    phase.steps.append(step)
    for child in section.children:
        if not outlined.is_claimed(child):
            _read_section(child, bare(child.title), phase, outlined, reading)


def _read_elements(section: Section, group: str, phase: PhaseDraft, reading: Reading) -> None:
    strength = own_strength(section.elements, is_quiet=section.is_quiet)
    walk = _Walk(
        phase=phase,
        reading=reading,
        group=group,
        has_tasks=any(steps.has_tasks(element) for element in section.elements),
        has_listed_steps=strength != Strength.NONE and not section.is_quiet,
    )
    elements = section.elements
    label = ""
    for place, element in enumerate(elements):
        behind = elements[place + 1] if place + 1 < len(elements) else None
        if element.kind == "paragraph" and _introduces(element, behind, walk):
            label = element.text
            continue
        _read_element(element, label, walk, section)
        label = ""
    _settle(walk, section)


def _introduces(paragraph: Element, behind: Element | None, walk: _Walk) -> bool:
    """Whether the paragraph only says what comes next: a shell block of its own, or criteria."""
    if behind is None or "Expect:" in paragraph.text or "Warn:" in paragraph.text:
        return False
    if behind.kind == "list":
        return says_exit(paragraph.text[:200]) and len(paragraph.text) < 200
    is_own_step = not (walk.has_tasks and walk.current)
    return steps.is_shell(behind) and is_own_step and len(paragraph.text) < 400


def _read_element(element: Element, label: str, walk: _Walk, section: Section) -> None:
    if element.kind == "list":
        _read_list(element, label, walk)
    elif steps.is_shell(element):
        _read_shell(element, label, walk, section)
    elif walk.current and element.kind in ("fence", "paragraph"):
        steps.absorb(walk.current, element, walk.reading)
    else:
        _keep(walk.reading.markdown(element.span), walk)


def _read_list(element: Element, label: str, walk: _Walk) -> None:
    if says_exit(label):
        walk.phase.exits += _criteria(element, walk.reading)
        return
    is_steps = steps.has_tasks(element) or (
        element.is_ordered and walk.has_listed_steps and not walk.has_tasks
    )
    for item in element.children:
        if steps.is_task(item) or (is_steps and element.is_ordered) or steps.has_shell(item):
            walk.current = steps.from_item(item, walk.group, walk.reading)
            _add(walk.current, walk)
        elif walk.current and is_steps:
            walk.current.notes.append(walk.reading.markdown(item.span))
        else:
            _keep(walk.reading.markdown(item.span), walk)
    walk.follows_list = is_steps


def _read_shell(element: Element, label: str, walk: _Walk, section: Section) -> None:
    """A block without words before it belongs to the step it follows."""
    is_continued = walk.current is not None and not label and (walk.has_tasks or walk.follows_list)
    if walk.current and is_continued:
        steps.absorb(walk.current, element, walk.reading)
        return
    is_alone = sum(steps.is_shell(other) for other in section.elements) == 1
    title = label or (bare(section.title) if is_alone or not walk.current else "")
    words = title.split("\n")
    step = steps.from_fence(element, words[-1], walk.group, walk.reading)
    step.notes[:0] = words[:-1]
    if step.commands:
        walk.current = step
        _add(step, walk)
    else:
        _keep("\n\n".join([label, *step.notes]), walk)
    walk.follows_list = False


def _criteria(element: Element, reading: Reading) -> list[Draft]:
    return [steps.from_item(item, "", reading) for item in element.children]


def _add(step: Draft, walk: _Walk) -> None:
    """Words that stood before the group's first step are that step's, or the phase's introduction."""
    if walk.words and not walk.phase.steps and not walk.group:
        walk.phase.introduction += walk.words
    else:
        step.notes[:0] = walk.words
    walk.words = []
    walk.phase.steps.append(step)


def _keep(text: str, walk: _Walk) -> None:
    if walk.current:
        walk.current.notes.append(text)
    else:
        walk.words.append(text)


def _settle(walk: _Walk, section: Section) -> None:
    """Words under a heading without steps stay where they stood, with their heading."""
    if not walk.words:
        return
    lead = [f"**{bare(section.title)}**"] if walk.group else []
    last = walk.phase.steps[-1] if walk.phase.steps else None
    place = last.notes if last else walk.phase.introduction
    place += [*lead, *walk.words]


def _take_fact(line: str, phase: PhaseDraft) -> None:
    match = _FACT.fullmatch(line[:300])
    if not match:
        return
    name, words = match[1].lower().strip(), match[2].strip()
    if name in _OWNER_FACTS and not phase.role and len(words) <= _LONGEST_ROLE:
        phase.role = words
    elif name in _TIME_FACTS and phase.duration is None:
        phase.duration = durations.find(words)


def numbers(drafts: Sequence[PhaseDraft]) -> list[int]:
    """The phases' numbers as written where every straight phase has its own, else counted."""
    written = [draft.section.phase_number for draft in drafts if not draft.section.is_rollback]
    known = [number for number in written if number is not None]
    if len(known) == len(written) == len(set(known)) and known:
        rest = iter(range(max(known) + 1, max(known) + 1 + len(drafts)))
        return [
            number if (number := draft.section.phase_number) is not None else next(rest)
            for draft in drafts
        ]
    return list(range(1, len(drafts) + 1))
