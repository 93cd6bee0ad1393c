"""Headings as a tree: which elements stand under which heading, and what a heading says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runbook.document import durations
from runbook.document.blocks import Element
from runbook.document.definition import DurationRange, Span

LONGEST_TITLE = 200

_NUMBERING = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){0,4}[.)]?|[A-Z][.)])\s+(?=\S)")
_PHASE = re.compile(r"(?:phase|stage)\s+(\d{1,3})\b\s*[-:.\u2013\u2014]*\s*(.*)", re.IGNORECASE)
_STEP = re.compile(r"step\s+\d{1,3}\b", re.IGNORECASE)
_EXIT = re.compile(
    r"(?:exit|success|acceptance|completion|validation)\s+(?:criteria|indicators)\b", re.IGNORECASE
)
_COMPLETE_WHEN = re.compile(r"\b(?:complete|done) when\b", re.IGNORECASE)
_ROLLBACK = re.compile(r"\b(?:roll[ -]?backs?|roll(?:ing)? back|back[ -]?out)\b", re.IGNORECASE)
_ESCALATION = re.compile(r"\bescalat(?:ion|ions|e)\b|\bif\b.*\bexceeds\b", re.IGNORECASE)
_QUIET = re.compile(
    r"\b(?:prevention|monitoring|conclusion|summary|impact|communication|stakeholders?|contents"
    r"|references?|background|appendix|lessons|overview|about|related|see also|timeline"
    r")\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"^[^\w`*_\[(<\"'$#@]+\s*")
_TRAILING_ROLE = re.compile(r"(?:^|\s)@([A-Za-z][\w-]{0,59})$")
_TRAILING_BRACKET = re.compile(r"\s*\(([^()]*)\)$")


@dataclass(slots=True)
class Section:
    """A heading with what stands under it; the document itself has level 0 and no title."""

    title: str
    level: int
    span: Span
    elements: list[Element] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    @property
    def phase_number(self) -> int | None:
        match = _PHASE.match(bare(self.title))
        return int(match[1]) if match and not self.is_exit else None

    @property
    def is_step(self) -> bool:
        return bool(_STEP.match(bare(self.title)))

    @property
    def is_numbered(self) -> bool:
        return bool(_NUMBERING.match(self.title))

    @property
    def is_exit(self) -> bool:
        return says_exit(self.title)

    @property
    def is_rollback(self) -> bool:
        return bool(_ROLLBACK.search(self.title))

    @property
    def is_escalation(self) -> bool:
        return bool(_ESCALATION.search(self.title)) and not self.is_exit

    @property
    def is_quiet(self) -> bool:
        """Sections of this kind explain: an ordered list in them is not a list of steps."""
        return bool(_QUIET.search(self.title)) and self.phase_number is None


@dataclass(frozen=True, slots=True)
class Heading:
    """The words of a title, apart from the hints around them."""

    text: str
    role: str = ""
    duration: DurationRange | None = None


def tree(elements: Sequence[Element], last_line: int) -> Section:
    """The document as sections; every heading's section reaches to the next of its level."""
    root = Section("", 0, Span(1, last_line))
    path = [root]
    for element in elements:
        if element.kind != "heading":
            path[-1].elements.append(element)
            continue
        while path[-1].level >= element.level:
            _end(path.pop(), element.span.first - 1)
        text = " ".join(element.text[:LONGEST_TITLE].split())
        section = Section(text, element.level, Span(element.span.first, last_line))
        path[-1].children.append(section)
        path.append(section)
    return root


def walk(section: Section) -> Iterator[Section]:
    """The section and all below it, in the order of the document."""
    waiting = [section]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(current.children)


def bare(title: str) -> str:
    """A title without emoji, numbering, emphasis around it and the colon at its end."""
    text = _MARK.sub("", title.strip())
    text = _MARK.sub("", _NUMBERING.sub("", text, count=1)) or title.strip()
    for mark in ("**", "__"):
        if text.startswith(mark) and text.rstrip(": ").endswith(mark) and text.count(mark) == 2:
            text = text.rstrip(": ")[2:-2]
    return text.rstrip(": ").strip()


def heading(title: str) -> Heading:
    """`Phase 1: Diagnosis (1 hour) @infrastructure` is "Diagnosis", a role and a length of time."""
    text, role, duration = hints(bare(title))
    match = _PHASE.match(text)
    return Heading(bare(match[2]) if match and match[2] else text, role, duration)


def hints(title: str) -> tuple[str, str, DurationRange | None]:
    """A title without its trailing `@role` and `(duration)`, and both."""
    text, role, duration = title.rstrip(), "", None
    if len(text) > LONGEST_TITLE:
        return text, role, duration
    for _ in range(3):
        if match := _TRAILING_ROLE.search(text):
            role = role or match[1]
            text = text[: match.start()].rstrip()
        elif (match := _TRAILING_BRACKET.search(text)) and (found := durations.find(match[1])):
            duration = duration or found
            text = text[: match.start()].rstrip()
    return text or title, role, duration


def says_exit(text: str) -> bool:
    """Whether a heading or label introduces what must be true at the end."""
    return bool(_EXIT.search(text) or _COMPLETE_WHEN.search(text))


def _end(section: Section, line: int) -> None:
    section.span = Span(section.span.first, line)
