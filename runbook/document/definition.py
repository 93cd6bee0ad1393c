"""What a runbook is once it has been read: plain frozen values, no behaviour.

Line numbers are 1-based and inclusive. Durations are whole seconds. Text is as written, with
parameters not filled in; Markdown is kept as Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

StepKind = Literal["task", "command", "decision"]
CheckLevel = Literal["expect", "warn"]
BlockKind = Literal[
    "front matter",
    "heading",
    "paragraph",
    "list",
    "fence",
    "table",
    "html",
    "quote",
    "rule",
    "note",
]
Severity = Literal["P0", "P1", "P2", "P3", "P4"]
LevelOrigin = Literal["incident", "phase", "update", "level"]
ChannelKind = Literal["email", "webhook", "service"]

REPORT_WITHIN = 48 * 3600
"""Seconds after its end within which an incident has a report, when the runbook says nothing."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of the source, first and last included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Block:
    """A run of source lines that belong together; every non-blank line is in exactly one block."""

    kind: BlockKind
    span: Span


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the document that a person should know; reading never stops for one."""

    line: int
    severity: Literal["error", "warning", "note"]
    what: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class DurationRange:
    """Planned time in seconds; `least == most` when the document names one value."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Check:
    """A CEL expression over a command's result. A false `warn` does not fail the step."""

    expression: str
    level: CheckLevel
    line: int


@dataclass(frozen=True, slots=True)
class CommandText:
    """One command of a shell block: prompts stripped, continuations joined, loops not unrolled.

    A loop or conditional is one text of several lines, with the assignments it needs above it.
    `label` is the comment above it. `example` is the output the document shows for it.
    """

    text: str
    span: Span
    label: str = ""
    checks: tuple[Check, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class StepAttributes:
    """Fence attributes `{id=… needs=… approve="…" undo=STEP timeout=10m}`; others in `other`."""

    id: str = ""
    needs: tuple[str, ...] = ()
    approve: str = ""
    undo: str = ""
    timeout: int | None = None
    other: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `key` is unique in the document and stable while title and place stay.

    `title` is one line of Markdown; `body` the Markdown of the step without its title, its shell
    blocks and its Expect lines. `group` is the heading between phase and step, or "".
    """

    key: str
    kind: StepKind
    title: str
    body: str
    span: Span
    role: str = ""
    group: str = ""
    duration: DurationRange | None = None
    is_conditional: bool = False
    commands: tuple[CommandText, ...] = ()
    attributes: StepAttributes = field(default_factory=StepAttributes)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the incident. `is_rollback` phases are a side path, never the straight way."""

    title: str
    number: int
    introduction: str
    span: Span
    steps: tuple[Step, ...] = ()
    exit_criteria: tuple[Step, ...] = ()
    role: str = ""
    duration: DurationRange | None = None
    is_rollback: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name the document leaves open, written `${NAME}`. No value: asked for at declare."""

    name: str
    value: str = ""
    about: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class EscalationLevel:
    """`after` seconds from its origin, tell `to` by the channels in `notify` and do `then`.

    `origin_key` is the phase's place in the document ("2" is the second), the audience whose last
    update counts, or the number of the level before. Empty `severities` and `notify` mean all.
    `repeat` is seconds between repetitions until somebody acknowledges, `next_after` seconds
    without that after which the next level fires; 0 means never.
    """

    after: int
    condition: str
    to: tuple[str, ...]
    then: tuple[str, ...]
    line: int = 0
    origin: LevelOrigin = "incident"
    origin_key: str = ""
    severities: tuple[Severity, ...] = ()
    notify: tuple[ChannelKind, ...] = ()
    repeat: int = 0
    next_after: int = 0


@dataclass(frozen=True, slots=True)
class UpdateCadence:
    """An update for `audience` is due `every` seconds; with `by_severity` as often as the
    incident's severity says, and never for those it does not name."""

    audience: str
    every: int
    by_severity: tuple[tuple[Severity, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """Who must approve, as written ("1 infrastructure + 1 commander"), and how long it holds."""

    changes: str = "1 approver"
    destroys: str = "1 approver"
    expires: int = 1800


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the service that leadership knows by name."""

    name: str
    function: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class GitHub:
    """The issue (`owner/repository#12`) that updates go to, and the labels it should have."""

    issue: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """One team hands the work to another. `done` is what it has done, `asked` what it asks for;
    `giver` and `taker` are what each side stands by for. All are lines of checklists."""

    given_by: str
    taken_by: str
    done: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    giver: tuple[str, ...] = ()
    taker: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Runbook:
    """A document that has been read. `source` is byte for byte what was given; `digest` its
    SHA-256 in hex.

    `summary` is the Markdown before the first phase, without the title. `impact` is the business
    impact in words (front matter `impact`, or the section of that name). `sections` are headings
    of level two that hold no step (title, Markdown): background, prevention, words.
    """

    title: str
    source: bytes
    digest: str
    blocks: tuple[Block, ...]
    phases: tuple[Phase, ...]
    summary: str = ""
    impact: str = ""
    severity: Severity = "P2"
    environment: str = ""
    parameters: tuple[Parameter, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    components: tuple[Component, ...] = ()
    escalation: tuple[EscalationLevel, ...] = ()
    updates: tuple[UpdateCadence, ...] = ()
    report: int = REPORT_WITHIN
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    stakeholders: tuple[str, ...] = ()
    github: GitHub = field(default_factory=GitHub)
    handoffs: tuple[Handoff, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    other: Mapping[str, Json] = field(default_factory=dict)
