"""A step while it is read: what its list item or shell block holds, and how it is finished."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from runbook.document import commands_in_text, expectations, fences
from runbook.document.blocks import Element
from runbook.document.definition import (
    Check,
    CommandText,
    DurationRange,
    Span,
    Step,
    StepAttributes,
    StepKind,
)
from runbook.document.reading import Reading
from runbook.document.sections import bare, hints

TASK = re.compile(r"\[(?: |x|X)\](?:\s+|$)")

_CONDITION = re.compile(r"(?:\*\*|__)?(?:If|When)\b")
_ENDS = re.compile(r"(?:[.:!?)]|\*\*|\s@[\w-]+)$")
_ABOUT_OUTPUT = re.compile(
    r"\b(?:expect\w*|output|shows?|prints?|returns?|results?|looks? like|healthy)\b", re.IGNORECASE
)
_LONGEST_TITLE_OF_COMMAND = 80


@dataclass(slots=True)
class Draft:
    """A step while it is read."""

    title: str
    span: Span
    group: str = ""
    role: str = ""
    duration: DurationRange | None = None
    is_conditional: bool = False
    notes: list[str] = field(default_factory=list)
    commands: list[CommandText] = field(default_factory=list)
    attributes: StepAttributes = field(default_factory=StepAttributes)
    steps: list[Draft] = field(default_factory=list)
    waiting_checks: list[Check] = field(default_factory=list)
    awaits_output: bool = False


def draft(title: str, span: Span, group: str) -> Draft:
    text, role, duration = hints(bare(" ".join(title.split())))
    return Draft(
        title=text,
        span=span,
        group=group,
        role=role,
        duration=duration,
        is_conditional=bool(_CONDITION.match(text)),
    )


def is_task(item: Element) -> bool:
    first = item.children[0] if item.children else None
    return first is not None and first.kind == "paragraph" and bool(TASK.match(first.text))


def has_tasks(element: Element) -> bool:
    return element.kind == "list" and any(is_task(item) for item in element.children)


def is_shell(element: Element) -> bool:
    return element.kind == "fence" and commands_in_text.is_shell(
        fences.read(element.info), element.text
    )


def has_shell(element: Element) -> bool:
    """Whether a shell block stands in the element, however deep."""
    return is_shell(element) or any(has_shell(child) for child in element.children)


def from_item(item: Element, group: str, reading: Reading) -> Draft:
    """A list item as a step: its first paragraph is the title, the rest belongs to it."""
    children = list(item.children)
    first = children.pop(0) if children and children[0].kind == "paragraph" else None
    text = TASK.sub("", first.text, count=1) if first else ""
    read = expectations.read(text.split("\n"), first_line=item.span.first)
    title, more = _title_and_more(read.others)
    step = draft(title, item.span, group)
    step.notes += more
    reading.problems += read.problems
    step.waiting_checks += read.checks
    for child in children:
        absorb(step, child, reading)
    _name(step)
    return step


def _title_and_more(lines: Sequence[str]) -> tuple[str, list[str]]:
    """A first line that ends like a sentence or with a hint is the title alone; a wrapped one goes
    on to the end of its paragraph."""
    if len(lines) > 1 and _ENDS.search(lines[0][-80:].rstrip()):
        return lines[0], ["\n".join(lines[1:])]
    return " ".join(lines), []


def from_fence(fence: Element, title: str, group: str, reading: Reading) -> Draft:
    """A shell block as a step; its title is the words before it, or its first command."""
    step = draft(title, fence.span, group)
    absorb(step, fence, reading)
    _name(step)
    return step


def absorb(step: Draft, element: Element, reading: Reading) -> None:
    """Gives the element to the step: as commands, checks, example, sub-steps or words."""
    step.span = Span(step.span.first, max(step.span.last, element.span.last))
    if is_shell(element):
        _absorb_shell(step, element, reading)
    elif element.kind == "fence" and _is_output(step, element):
        step.commands[-1] = commands_in_text.with_example(step.commands[-1], element.text)
        step.awaits_output = False
    elif element.kind == "paragraph":
        _absorb_paragraph(step, element, reading)
    elif element.kind == "list":
        _absorb_list(step, element, reading)
    else:
        step.notes.append(reading.markdown(element.span))


def finished(step: Draft, reading: Reading) -> Step:
    """The step as a value, with a key of its own."""
    for check in step.waiting_checks:
        reading.note(check.line, "This expectation stands at no command and is not checked")
    key = reading.key(step.title, wanted=step.attributes.id, line=step.span.first)
    return Step(
        key=key,
        kind=_kind(step),
        title=step.title,
        body="\n\n".join(note for note in step.notes if note.strip()),
        span=step.span,
        role=step.role,
        group=step.group,
        duration=step.duration,
        is_conditional=step.is_conditional,
        commands=tuple(step.commands),
        attributes=step.attributes,
        steps=tuple(finished(child, reading) for child in step.steps),
    )


def _kind(step: Draft) -> StepKind:
    if step.commands:
        return "command"
    return "decision" if step.is_conditional and step.steps else "task"


def _name(step: Draft) -> None:
    if step.title:
        return
    command = step.commands[0] if step.commands else None
    words = command.label or command.text.split("\n")[-1] if command else "Step"
    cut = len(words) > _LONGEST_TITLE_OF_COMMAND
    step.title = words[: _LONGEST_TITLE_OF_COMMAND - 1] + "…" if cut else words
    if command and not command.label:
        step.title = f"`{step.title.replace('`', ' ')}`"


def _absorb_shell(step: Draft, fence: Element, reading: Reading) -> None:
    info = fences.read(fence.info)
    found = commands_in_text.commands(
        fence.text, first_line=fence.span.first + 1, variables=reading.variables
    )
    if info.wrong:
        reading.note(fence.span.first, info.wrong)
    step.attributes = fences.merged(step.attributes, info.attributes)
    if not found:
        step.notes.append(reading.markdown(fence.span))
        return
    step.commands += found
    step.awaits_output = True
    checks = _attribute_checks(info, fence.span.first, reading)
    _add_checks(step, step.waiting_checks + checks)
    step.waiting_checks = []


def _attribute_checks(info: fences.Info, line: int, reading: Reading) -> list[Check]:
    checks = [Check(info.expect, "expect", line)] if info.expect else []
    checks += [Check(info.warn, "warn", line)] if info.warn else []
    for check in checks:
        reading.problems += expectations.wrong(check)
    return checks


def _add_checks(step: Draft, checks: list[Check]) -> None:
    """Checks belong to the last command before them."""
    last = step.commands[-1]
    step.commands[-1] = replace(last, checks=last.checks + tuple(checks))


def _is_output(step: Draft, fence: Element) -> bool:
    language = fences.read(fence.info).language
    return step.awaits_output and bool(step.commands) and language in fences.OUTPUT_LANGUAGES


def _absorb_paragraph(step: Draft, paragraph: Element, reading: Reading) -> None:
    read = expectations.read(paragraph.text.split("\n"), first_line=paragraph.span.first)
    reading.problems += read.problems
    if read.checks and step.commands:
        _add_checks(step, list(read.checks))
    else:
        step.waiting_checks += read.checks
    if read.others:
        step.notes.append("\n".join(read.others))
        step.awaits_output = step.awaits_output and bool(_ABOUT_OUTPUT.search(paragraph.text[:500]))


def _absorb_list(step: Draft, element: Element, reading: Reading) -> None:
    if has_tasks(element) or (element.is_ordered and not _is_choice(element)):
        for item in element.children:
            if element.is_ordered or is_task(item):
                step.steps.append(from_item(item, step.group, reading))
            else:
                step.notes.append(reading.markdown(item.span))
        return
    if any(has_shell(item) or _is_expectation(item) for item in element.children):
        for item in element.children:
            _absorb_bullet(step, item, reading)
    else:
        step.notes.append(reading.markdown(element.span))
    step.awaits_output = False


def _absorb_bullet(step: Draft, item: Element, reading: Reading) -> None:
    """A plain bullet is a note; shell blocks and expectations in it still belong to the step."""
    if has_shell(item) or _is_expectation(item):
        for child in item.children:
            absorb(step, child, reading)
    else:
        step.notes.append(reading.markdown(item.span))


def _is_expectation(item: Element) -> bool:
    only = item.children[0] if len(item.children) == 1 else None
    return only is not None and only.text.startswith(("Expect:", "Warn:"))


def _is_choice(element: Element) -> bool:
    """An ordered list of single words names things and holds no steps."""
    texts = [child.text for item in element.children for child in item.children]
    return bool(texts) and all(len(text.split()) < 2 for text in texts)
