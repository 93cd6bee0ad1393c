"""From the bytes of a Markdown file to a runbook."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import cast

from runbook.document import blocks, clocks, escalation, front_matter, parameters, phases
from runbook.document import source as source_text
from runbook.document.blocks import Element
from runbook.document.commands_in_text import Variables
from runbook.document.definition import Phase, Problem, Runbook, Severity, Span, Step
from runbook.document.front_matter import FrontMatter
from runbook.document.outline import Outline, Strength, outline, own_strength
from runbook.document.reading import Reading
from runbook.document.section_steps import PhaseDraft
from runbook.document.sections import LONGEST_TITLE, Section, bare, tree
from runbook.document.source import MAX_BYTES, Text, Unreadable
from runbook.document.telling import unknown_teams

__all__ = ["MAX_BYTES", "Unreadable", "parse"]

_SEVERITY = re.compile(
    r"^\W{0,8}(?:priority|severity)\W{1,8}(P[0-4])\b|\b(P[0-4]) critical\b",
    re.IGNORECASE | re.MULTILINE,
)
_IMPACT_LINE = re.compile(
    r"^\W{0,8}business impact[^\w$\n]{1,8}([\w$][^\n]*)", re.IGNORECASE | re.MULTILINE
)
_IMPACT = re.compile(r"(?:business )?impact\b", re.IGNORECASE)


def parse(source: bytes, *, file_name: str = "runbook.md") -> Runbook:
    """Reads any Markdown document. Raises `Unreadable` for what is not text, and nothing else."""
    text = source_text.read(source)
    head_span = front_matter.span(text.lines)
    head = front_matter.read(text.lines, head_span) if head_span else FrontMatter()
    elements = blocks.elements(text.lines, head_span)
    reading = Reading(text.lines, Variables(_given(head)))
    reading.problems += [*head.problems, *_noticed(text, elements)]
    title, preface, tops = _title_and_rest(elements, head, file_name=file_name)
    placed = outline(tops)
    found, summary = _phases(title, preface, placed, reading)
    sections = _sections(placed, reading)
    impact = head.impact or _impact(summary, sections)
    levels, lost = clocks.placed(
        head.escalation or escalation.levels(placed.escalations),
        found,
        [cadence.audience for cadence in head.updates],
    )
    return Runbook(
        title=title,
        source=source,
        digest=hashlib.sha256(source).hexdigest(),
        blocks=blocks.blocks(text.lines, elements, head_span),
        phases=found,
        summary=summary,
        impact=impact,
        severity=head.severity or _severity(summary),
        environment=head.environment,
        parameters=parameters.used_in(found, head.parameters),
        roles=head.roles,
        components=head.components,
        escalation=levels,
        updates=head.updates,
        report=head.report,
        approval=head.approval,
        stakeholders=head.stakeholders,
        github=head.github,
        handoffs=head.handoffs,
        sections=tuple(pair for pair in sections if pair[1] != impact),
        problems=_sorted(
            [
                *reading.problems,
                *lost,
                *_dangling(found),
                *unknown_teams(head.handoffs, head.roles),
            ]
        ),
        other=head.other,
    )


def _given(head: FrontMatter) -> frozenset[str]:
    return frozenset([p.name for p in head.parameters]) | frozenset(parameters.FROM_ENVIRONMENT)


def _noticed(text: Text, elements: Sequence[Element]) -> Iterator[Problem]:
    if text.repair:
        yield Problem(
            text.repaired_line,
            "warning",
            f"The text was saved as UTF-8 but had been read as {text.repair}; it is shown repaired",
            "Save the file again from its original",
        )
    for element in elements:
        if not element.is_closed:
            what = "This code block is never closed; everything below is part of it"
            yield Problem(element.span.first, "warning", what, "Close it with the same marks")


def _title_and_rest(
    elements: Sequence[Element], head: FrontMatter, *, file_name: str
) -> tuple[str, Section, list[Section]]:
    """The title, the section before the first heading below it, and the sections after that."""
    last = elements[-1].span.last if elements else 1
    root = tree(elements, last)
    preface, tops = root, root.children
    if tops and tops[0].level == 1:
        preface = tops[0]
        preface.elements[:0] = root.elements
        tops = [*preface.children, *tops[1:]]
    title = head.title or bare(preface.title) or PurePath(file_name).stem or "Runbook"
    return title[:LONGEST_TITLE], preface, _gathered(tops, title)


def _gathered(tops: list[Section], title: str) -> list[Section]:
    """Steps that are headings right below the title are one phase of the title's name."""
    named_steps = [top for top in tops if top.is_step]
    if not named_steps:
        return tops
    span = Span(named_steps[0].span.first, named_steps[-1].span.last)
    phase = Section(title[:LONGEST_TITLE], 1, span, children=named_steps)
    at = tops.index(named_steps[0])
    others = [top for top in tops if not top.is_step]
    return [*others[:at], phase, *others[at:]]


def _phases(
    title: str, preface: Section, placed: Outline, reading: Reading
) -> tuple[tuple[Phase, ...], str]:
    """The phases in the order of the document, and the words before them."""
    drafts: list[PhaseDraft] = []
    strength = own_strength(preface.elements)
    needed = Strength.CERTAIN if placed.phases else Strength.LISTED
    is_phase = strength >= needed
    if is_phase:
        alone = Section(title, 1, preface.span, preface.elements)
        drafts.append(phases.read(alone, placed, reading))
    drafts += [phases.read(section, placed, reading) for section in placed.phases]
    drafts = [
        draft
        for draft in drafts
        if draft.steps or draft.exits or draft.section.phase_number is not None
    ]
    straight = [draft for draft in drafts if not draft.section.is_rollback]
    for section in placed.exits if straight else []:
        phases.add_exits(straight[-1], section, reading)
    pairs = zip(drafts, phases.numbers(drafts), strict=True)
    found = tuple(
        phases.finished(draft, number=number, title=title, reading=reading)
        for draft, number in pairs
    )
    return found, "" if is_phase else _markdown(preface.elements, reading)


def _sections(placed: Outline, reading: Reading) -> list[tuple[str, str]]:
    """What explains, escalates or leads to phases, as titles with their Markdown."""
    whole = {id(section) for section in [*placed.explanations, *placed.escalations]}
    told = sorted(
        [*placed.explanations, *placed.escalations, *placed.parents], key=lambda s: s.span.first
    )
    found: list[tuple[str, str]] = []
    for section in told:
        if id(section) in whole:
            words = reading.markdown(Span(section.span.first + 1, section.span.last))
        else:
            words = _markdown(section.elements, reading)
        if words.strip():
            found.append((bare(section.title), words))
    return found


def _markdown(elements: Sequence[Element], reading: Reading) -> str:
    if not elements:
        return ""
    return reading.markdown(Span(elements[0].span.first, elements[-1].span.last))


def _severity(summary: str) -> Severity:
    match = _SEVERITY.search(summary[:4000])
    return cast("Severity", (match[1] or match[2]).upper()) if match else "P2"


def _impact(summary: str, sections: Sequence[tuple[str, str]]) -> str:
    """The section of that name, or the line of that name before the first heading."""
    told = next((words for name, words in sections if _IMPACT.match(name)), "")
    match = _IMPACT_LINE.search(summary[:4000])
    return told or (match[1].strip() if match else "")


def _dangling(found: Sequence[Phase]) -> Iterator[Problem]:
    """`needs` and `undo` that name no step."""
    steps = [step for phase in found for step in [*phase.steps, *phase.exit_criteria]]
    everywhere = list(_with_inner(steps))
    keys = {step.key for step in everywhere}
    for step in everywhere:
        names = [("needs", name) for name in step.attributes.needs]
        names += [("undo", step.attributes.undo)] if step.attributes.undo else []
        for attribute, name in names:
            if name not in keys:
                what = f"`{attribute}={name}` names no step of this runbook"
                yield Problem(step.span.first, "error", what, "The `id` of a step's shell block")


def _with_inner(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _with_inner(step.steps)


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))
