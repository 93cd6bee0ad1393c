"""The contract every command keeps: parse, effect, plan, execute, verify, undo, probe, as_gcloud.

A command is a frozen value made by `registry.parse`. It holds no connection: what talks to Google
is the `Session` given to each call (see `runbook.cloud.sessions`). Nothing here knows rows,
approvals or workers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


class Effect(StrEnum):
    """What a command does to the world. Only `READS` may run without an approved plan."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


class NotRunnable(Exception):
    """This text is shown and can be copied, but is not run. `reason` is a whole sentence.

    `instead` is a command to write in its place, or "". `gcloud_exit` is the status with which the
    real gcloud refuses these words (2 for its grammar, 1 for a missing project or scope), or 0 when
    gcloud would take them and it is we who do not run them.
    """

    def __init__(self, reason: str, instead: str = "", *, gcloud_exit: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.instead = instead
        self.gcloud_exit = gcloud_exit


@dataclass(frozen=True, slots=True)
class Caution:
    """Something wrong with a command that gcloud accepts, whatever the resource is like: Google
    will refuse it, or it does harm.

    `code` names the rule in lower case with hyphens ("connector-limits"), `message` is a whole
    sentence, `instead` a command to write in its place, or "".
    """

    code: str
    message: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of the resource before and after. `path` is dotted as gcloud writes it."""

    path: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly what `execute` would do to the resource as it is now.

    `resource` is the full name. `before` and `after` are the resource as JSON; `changes` their
    difference. `fingerprint` is the etag, fingerprint or settingsVersion of `before`, or its
    SHA-256 where the API has none: `execute` refuses when it has moved. `refusals` are rules of the
    API that this change breaks; a plan with refusals is never approved. `warnings` are what it will
    cost (restart, outage). `undo` is a gcloud command, or "" and `why_no_undo` says why.
    """

    resource: str
    before: Json
    after: Json
    changes: tuple[FieldChange, ...]
    fingerprint: str
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    undo: str = ""
    why_no_undo: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended.

    `succeeded` and `failed` are certain. `unknown`: the change was sent and no answer tells whether
    it applied. `result` is what checks look at: the resource as JSON, a list of resources, or the
    probe's values. `message` is one sentence for people.
    """

    state: Literal["succeeded", "failed", "unknown", "cancelled"]
    message: str
    result: Json = None


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a planned change can be seen in the resource now."""

    verdict: Literal["applied", "not applied", "differs"]
    message: str
    found: Json = None


class Cancelled(Exception):
    """Raised by `Emit` when a person cancelled the run; commands let it pass through."""


class HandedBack(Cancelled):
    """Raised by `Emit` or a watch when the worker itself has to stop: the work is to be done again
    elsewhere, so that it has no outcome here. Only while nothing was sent."""


class StillRunning(Cancelled):
    """Cancelled after Google had taken the change: our waiting ends, nothing else does."""


Stream = Literal["stdout", "stderr"]


class Emit(Protocol):
    """Takes one or more lines of output, as soon as they are known. May raise `Cancelled`.

    What the real program prints on its standard output goes to "stdout", character for character;
    progress, notes and our own words go to "stderr". Pages show both alike, in order.
    """

    def __call__(self, text: str, stream: Stream = "stdout") -> None: ...


def aside(emit: Emit) -> Callable[[str], None]:
    """`emit` for what the real program says on its standard error."""

    def say(text: str) -> None:
        emit(text, "stderr")

    return say


class Command(Protocol):
    """One runnable command with every argument known. Implementations are frozen dataclasses.

    `name` is the command path ("compute networks vpc-access connectors update", "curl").
    `resource` is the full resource name it touches ("projects/P/locations/R/connectors/N"), the
    collection for lists, the URL for curl. `project` is "" for probes.
    """

    @property
    def name(self) -> str: ...
    @property
    def effect(self) -> Effect: ...
    @property
    def resource(self) -> str: ...
    @property
    def project(self) -> str: ...

    def as_gcloud(self) -> str:
        """The command as one line that the real CLI accepts, quoted."""

    def outside(self, target: Target) -> str:
        """Why the command does not belong to the environment, as a whole sentence, or ""."""

    def cautions(self) -> tuple[Caution, ...]:
        """What is wrong with the words alone; asks nobody."""

    def plan(self, session: Session) -> Plan:
        """Reads only. Raises `CloudError`; reads have an empty difference."""

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        """Does it once. Changes need the approved `plan` and refuse (`failed`, nothing sent) when
        the resource's fingerprint has moved. Never raises `CloudError`: it becomes the outcome."""

    def verify(self, session: Session, plan: Plan) -> Probe:
        """After `execute`: does the resource now hold what the plan promised?"""

    def undo(self, plan: Plan) -> str:
        """The gcloud command that restores `plan.before`, or "" where there is none."""

    def probe(self, session: Session, plan: Plan) -> Probe:
        """For an `unknown` run: did the change take effect? Reads only."""


@dataclass(frozen=True, slots=True)
class OutputFilter:
    """An understood pipe, applied by us to the printed output.

    `head` and `tail` keep `count` lines, `grep` keeps lines that match the extended regular
    expression `pattern`. Only standard output is filtered; errors are always shown."""

    kind: Literal["head", "tail", "grep"]
    count: int = 0
    pattern: str = ""
    ignore_case: bool = False
    invert: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One command with its understood dressing.

    `text` is the whole line with parameters filled; `shell.read(text, {})` gives this line again,
    so it is what rows store; no repr shows it, since a pipe may carry a secret. `timeout` is the
    `timeout N` in front, in seconds.
    """

    command: Command
    text: str = field(repr=False)
    filters: tuple[OutputFilter, ...] = ()
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Runnable:
    """What `shell.read` makes of one command text: lines in order, or the reason why it is not run.

    A loop over constant words gives several lines. `instead` is what to write in its place, or "".
    `gcloud_exit` is that of `NotRunnable`.
    """

    lines: tuple[Line, ...] = ()
    reason: str = ""
    instead: str = ""
    gcloud_exit: int = 0

    @property
    def effect(self) -> Effect | None:
        """The strongest effect of its lines; None when it is not run."""
        order = [Effect.READS, Effect.CHANGES, Effect.DESTROYS]
        return max((line.command.effect for line in self.lines), key=order.index, default=None)
