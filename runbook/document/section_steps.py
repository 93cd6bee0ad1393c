"""The steps right under one heading, by precedence: tasks, ordered items, shell blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runbook.document import steps
from runbook.document.blocks import Element
from runbook.document.definition import DurationRange
from runbook.document.reading import Reading
from runbook.document.sections import Section, bare, says_exit
from runbook.document.steps import Draft

_BOLD_LABEL = re.compile(r"(?:\*\*|__)[^*_\n]{2,150}(?:\*\*|__):?")
_LONGEST_CRITERIA_LABEL = 200
_LONGEST_SHELL_LABEL = 400
_LONGEST_GROUP = 250


@dataclass(slots=True)
class PhaseDraft:
    """A phase while it is read. `role` and `duration` are what its words say, not its heading."""

    section: Section
    introduction: list[str] = field(default_factory=list)
    steps: list[Draft] = field(default_factory=list)
    exits: list[Draft] = field(default_factory=list)
    role: str = ""
    duration: DurationRange | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.steps or self.exits) and self.section.phase_number is None


@dataclass(slots=True)
class _Walk:
    """Where reading stands under one heading. `words` wait for the first step to belong to;
    `group` is the heading, `above` the heading around it."""

    phase: PhaseDraft
    reading: Reading
    section: Section
    group: str
    above: str
    has_tasks: bool
    shell_blocks: int
    words: list[str] = field(default_factory=list)
    current: Draft | None = None
    follows_list: bool = False


def read(
    section: Section, phase: PhaseDraft, reading: Reading, *, group: str = "", above: str = ""
) -> None:
    """Adds what stands right under the heading to the phase; headings below it are not read."""
    labelled = list(_labelled(section.elements))
    has_tasks = any(steps.has_tasks(e) for e, label in labelled if not says_exit(label))
    shell_blocks = sum(steps.is_shell(element) for element in section.elements)
    walk = _Walk(phase, reading, section, group, above, has_tasks, shell_blocks)
    for element, label in labelled:
        if element.kind == "list":
            _read_list(element, label, walk)
        elif steps.is_shell(element):
            _read_shell(element, label, walk)
        elif walk.current and element.kind in ("fence", "paragraph"):
            steps.absorb(walk.current, element, reading)
        elif element.kind != "rule":
            _keep(reading.markdown(element.span), walk)
    _settle(walk)


def read_as_one_step(
    section: Section, phase: PhaseDraft, reading: Reading, *, group: str = ""
) -> None:
    """`### Step 2: Drain the node` is one step with everything right under it."""
    step = steps.draft(bare(section.title), section.span, group)
    for element in section.elements:
        if element.kind != "rule":
            steps.absorb(step, element, reading)
    phase.steps.append(step)


def read_criteria(section: Section, phase: PhaseDraft, reading: Reading) -> None:
    """Every item under the heading is an exit criterion; other words introduce the phase."""
    for element, label in _labelled(section.elements):
        if element.kind == "list":
            phase.exits += _criteria(element, label, reading)
        elif element.kind != "rule":
            phase.introduction.append(reading.markdown(element.span))


def _labelled(elements: Sequence[Element]) -> Iterator[tuple[Element, str]]:
    """Each element with the paragraph that only says what it is; such paragraphs come with it."""
    label = ""
    for place, element in enumerate(elements):
        behind = elements[place + 1] if place + 1 < len(elements) else None
        if behind and element.kind == "paragraph" and _introduces(element.text, behind):
            label = element.text
        else:
            yield element, label
            label = ""


def _introduces(text: str, behind: Element) -> bool:
    if "Expect:" in text or "Warn:" in text:
        return False
    if behind.kind == "list":
        is_criteria = len(text) < _LONGEST_CRITERIA_LABEL and says_exit(text)
        return is_criteria or bool(_BOLD_LABEL.fullmatch(text))
    return len(text) < _LONGEST_SHELL_LABEL and steps.is_shell(behind)


def _read_list(element: Element, label: str, walk: _Walk) -> None:
    if says_exit(label):
        walk.phase.exits += _criteria(element, "", walk.reading)
        return
    is_listed = element.is_ordered and not walk.section.is_quiet and not walk.has_tasks
    is_steps = is_listed or steps.has_tasks(element)
    group = " / ".join(part for part in (walk.group, bare(label)) if part)[:_LONGEST_GROUP]
    if not is_steps:
        _keep_words(label, walk)
    for item in element.children:
        if steps.is_task(item) or is_listed or steps.has_shell(item):
            step = steps.from_item(item, group if is_steps else walk.group, walk.reading)
            _add(step, walk)
        else:
            _keep(walk.reading.markdown(item.span), walk)
    walk.follows_list = is_steps


def _read_shell(element: Element, label: str, walk: _Walk) -> None:
    """In a section of tasks a block belongs to the task before it, label or not; elsewhere a block
    with a label is a step of its own."""
    current = walk.current
    if current and (walk.has_tasks or (walk.follows_list and not label)):
        if label:
            current.notes.append(label)
        steps.absorb(current, element, walk.reading)
        return
    is_heading = not label and (walk.shell_blocks == 1 or not current)
    words = (bare(walk.section.title) if is_heading else label).split("\n")
    group = walk.above if is_heading else walk.group
    step = steps.from_fence(element, words[-1], group, walk.reading)
    step.notes[:0] = words[:-1]
    walk.follows_list = False
    if step.commands:
        _add(step, walk)
    else:
        _keep_words(label, walk)
        _keep(walk.reading.markdown(element.span), walk)


def _criteria(element: Element, label: str, reading: Reading) -> list[Draft]:
    return [steps.from_item(item, bare(label), reading) for item in element.children]


def _add(step: Draft, walk: _Walk) -> None:
    """Words before a group's first step are that step's; before the phase's first, the phase's."""
    if walk.group:
        step.notes[:0] = walk.words
    else:
        walk.phase.introduction += walk.words
    walk.words = []
    walk.current = step
    walk.phase.steps.append(step)


def _keep_words(label: str, walk: _Walk) -> None:
    if label:
        _keep(label, walk)


def _keep(text: str, walk: _Walk) -> None:
    if walk.current:
        walk.current.notes.append(text)
    else:
        walk.words.append(text)


def _settle(walk: _Walk) -> None:
    """Words under a heading without steps stay where they stood, with their heading."""
    if not walk.words:
        return
    lead = [f"**{bare(walk.section.title)}**"] if walk.group else []
    last = walk.phase.steps[-1] if walk.phase.steps else None
    place = last.notes if last else walk.phase.introduction
    place += [*lead, *walk.words]
