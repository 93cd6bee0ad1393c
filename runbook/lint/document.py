"""A document as the rules see it: its lines, its runbook, and every command with its line."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice, takewhile

from runbook.document import blocks, commands_in_text, fences, front_matter, parameters, steps
from runbook.document import source as source_text
from runbook.document.blocks import Element
from runbook.document.commands_in_text import Variables
from runbook.document.definition import CommandText, Runbook, Span, Step
from runbook.document.parse import parse
from runbook.lint import inline_code
from runbook.lint.reading import Reading, Values, read
from runbook.lint.shell_text import Statement, statements

_PROMPT = re.compile(r"\s*(?:[\w.@~:/-]{0,60})?[$%]\s+(?=\S)")
_CONTINUED_PROMPT = re.compile(r"\s*>\s")
_NEAR_LINES = 60
_LONGEST_TEXT = 20_000
MOST_STATEMENTS = 2_500


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of shell text of the document: one command, or a loop or conditional with all it
    holds. `setting` are the assignments of the document that it needs, `language` its fence's.

    `is_block` for shell blocks; text in running words and table cells is a command that people
    name as often as one that they are to run.
    """

    command: CommandText
    statements: tuple[Statement, ...]
    setting: str = ""
    language: str = ""
    is_block: bool = True

    @property
    def line(self) -> int:
        return self.command.span.first

    @property
    def lines(self) -> range:
        return range(self.command.span.first, self.command.span.last + 1)


@dataclass(frozen=True)
class Document:
    """`values` fills parameters that have a value; names without one get stand-ins.

    `places` ends where there are more commands than lint looks at; `rest` is the line of the next.
    """

    runbook: Runbook
    lines: tuple[str, ...]
    elements: tuple[Element, ...]
    places: tuple[Place, ...]
    values: Mapping[str, str]
    rest: int = 0

    @cached_property
    def names(self) -> Values:
        return Values(self.values)

    @cached_property
    def unread_from(self) -> int:
        """The line from which on commands are not looked at any more, or 0."""
        read, last = self.readings, self.places[-1].line if self.places else 0
        return (read[-1].place_line if read else last) if self.names.effort.is_spent else self.rest

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Each statement of each place, read as a command."""
        values = self.names
        return tuple(
            read(statement, place.setting, values, place_line=place.line)
            for place in self.places
            for statement in place.statements
            if not values.effort.is_spent
        )

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(statement for place in self.places for statement in place.statements)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, those inside of others behind them."""
        return tuple(
            step
            for phase in self.runbook.phases
            for step in _with_inner((*phase.steps, *phase.exit_criteria))
        )

    @cached_property
    def readings_by_place(self) -> dict[int, list[Reading]]:
        """By the line of the place."""
        found: dict[int, list[Reading]] = {}
        for reading in self.readings:
            found.setdefault(reading.place_line, []).append(reading)
        return found

    def heading_above(self, line: int) -> str:
        """The text of the last heading before the line."""
        at = bisect_right(self._headings, line, key=lambda heading: heading.span.first)
        return self._headings[at - 1].text if at else ""

    def step_at(self, line: int) -> Step | None:
        """The innermost step that holds the line."""
        return self._steps_by_line.get(line)

    def words_around(self, line: int) -> str:
        """What the step that holds the line says, its commands left out; without a step, what
        stands between the heading above and the line. No more than the nearest of a long text."""
        step = self.step_at(line)
        at = bisect_right(self._headings, line, key=lambda heading: heading.span.first)
        first = self._headings[at - 1].span.first if at else 1
        span = step.span if step else Span(first, line)
        numbers, here = self._word_lines, bisect_left(self._word_lines, line)
        begin = max(bisect_left(numbers, span.first), here - _NEAR_LINES)
        end = min(bisect_right(numbers, span.last), here + _NEAR_LINES)
        return "\n".join(self.lines[n - 1] for n in numbers[begin:end])

    def numbered(self, element: Element) -> Iterator[tuple[int, str]]:
        """The lines of a fence; those of anything else that stand in no fence."""
        for number in range(element.span.first, element.span.last + 1):
            if element.kind == "fence" or number not in self._fenced:
                yield number, self.lines[number - 1]

    def words(self) -> Iterator[tuple[int, str]]:
        """The lines outside of fences, with their numbers."""
        return ((n, line) for n, line in enumerate(self.lines, 1) if n not in self._fenced)

    @cached_property
    def _headings(self) -> list[Element]:
        return [element for element in self.elements if element.kind == "heading"]

    @cached_property
    def _steps_by_line(self) -> dict[int, Step]:
        """Inner steps come behind those that hold them, and so win."""
        return {n: step for step in self.steps for n in range(step.span.first, step.span.last + 1)}

    @cached_property
    def _word_lines(self) -> tuple[int, ...]:
        """The numbers of all lines that belong to no command of a block."""
        commands = {n for place in self.places if place.is_block for n in place.lines}
        return tuple(n for n in range(1, len(self.lines) + 1) if n not in commands)

    @cached_property
    def _fenced(self) -> frozenset[int]:
        fences = [e.span for e in self.elements if e.kind in ("fence", "code")]
        return frozenset(n for span in fences for n in range(span.first, span.last + 1))


def _with_inner(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _with_inner(step.steps)


def open_document(source: bytes, *, file_name: str) -> Document:
    """Raises `runbook.document.source.Unreadable`."""
    runbook = parse(source, file_name=file_name)
    text = source_text.read(source)
    head = front_matter.span(text.lines)
    elements = tuple(_all(blocks.elements(text.lines, head)))
    given = [parameter.name for parameter in runbook.parameters if parameter.value]
    known = frozenset([*given, *parameters.FROM_ENVIRONMENT])
    places, rest = _first([*_in_blocks(elements, known), *_in_words(elements, text.lines)])
    return Document(
        runbook=runbook,
        lines=text.lines,
        elements=elements,
        places=places,
        values={parameter.name: parameter.value for parameter in runbook.parameters},
        rest=rest,
    )


def _first(places: Iterable[Place]) -> tuple[tuple[Place, ...], int]:
    """In the order of the lines as many as are looked at, and the line of the next or 0."""
    ordered = sorted(places, key=lambda place: place.line)
    counts = accumulate(max(len(place.statements), 1) for place in ordered)
    kept = sum(1 for _ in takewhile(lambda count: count <= MOST_STATEMENTS, counts))
    return tuple(ordered[:kept]), ordered[kept].line if kept < len(ordered) else 0


def _all(elements: Sequence[Element]) -> Iterator[Element]:
    for element in elements:
        yield element
        yield from _all(element.children)


def _in_blocks(elements: Sequence[Element], known: frozenset[str]) -> Iterator[Place]:
    """One more than are looked at, at most; the same below."""
    return islice(_all_in_blocks(elements, known), MOST_STATEMENTS + 1)


def _all_in_blocks(elements: Sequence[Element], known: frozenset[str]) -> Iterator[Place]:
    variables = Variables(known)
    for element in elements:
        if not steps.is_shell(element):
            continue
        language = fences.read(element.info).language
        first, lines = element.span.first + 1, element.text.split("\n")
        for command in commands_in_text.commands(
            element.text, first_line=first, variables=variables
        ):
            needed = "\n".join(variables.needed_by(command.text))
            yield Place(command, _statements(command, first, lines), needed, language)


def _statements(command: CommandText, first: int, lines: Sequence[str]) -> tuple[Statement, ...]:
    """Cut from the lines of the fence, of which the first has the number `first`."""
    written = list(lines[command.span.first - first : command.span.last - first + 1])
    prompt = _PROMPT.match(written[0])
    if prompt:
        written[0] = written[0][prompt.end() :]
        written[1:] = [_CONTINUED_PROMPT.sub("", line, count=1) for line in written[1:]]
    return statements("\n".join(written)[:_LONGEST_TEXT], first_line=command.span.first)


def _in_words(elements: Sequence[Element], lines: Sequence[str]) -> Iterator[Place]:
    return islice(_all_in_words(elements, lines), MOST_STATEMENTS + 1)


def _all_in_words(elements: Sequence[Element], lines: Sequence[str]) -> Iterator[Place]:
    for element in elements:
        if element.kind in ("paragraph", "table", "heading"):
            for command in inline_code.commands(lines, element.span):
                cut = statements(command.text, first_line=command.span.first)
                yield Place(command, cut, is_block=False)
