"""A statement read as commands that would run; names without a value get stand-ins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runbook.commands import shell
from runbook.commands.base import Command, Runnable
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.lint import blanks
from runbook.lint.shell_text import Pipeline, Statement

_NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_ASSIGNED = re.compile(r"(?:^|[\s;])([A-Za-z_]\w*)=")
_ENVIRONMENT = {"ZONE": "unset-region7-a", "PROJECT": "unset-project", "REGION": "unset-region7"}
_MISSING = (
    "--project=unset-project",
    "--region=unset-region7",
    "--global",
    "--region=unset-region7 --project=unset-project",
    "--global --project=unset-project",
)
_FORMS = ("unset-{}", "7{}7", "unset-{}.example.com", "7{}s", "UNSET_{}")
_MOST_TRIES = 24
MOST_EFFORT = 700_000
_COST = 100
_NEVER_RUN = re.compile(r"is not a program that is run from here|cannot be run from here yet")
UNCLEAR = "Whether this can be run depends on a value that nobody knows yet."


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one statement of the place that begins at `place_line`.

    `commands` can be run with the values there are. `refused` says what gcloud itself refuses, and
    `unread` is why the statement as a whole is not run from here, when it is not.
    """

    statement: Statement
    place_line: int
    commands: tuple[Command, ...] = ()
    refused: tuple[Runnable, ...] = ()
    unread: Runnable | None = None
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> Iterator[Arguments]:
        """Those of its gcloud commands."""
        for command in self.commands:
            arguments = getattr(command, "arguments", None)
            if isinstance(arguments, Arguments):
                yield arguments

    def as_written(self, text: str) -> str:
        """The text with stand-ins replaced by the names they stand for, those for a place that
        the words lack among them."""
        return as_written(text, {**_ENVIRONMENT, **self.stand_ins})


@dataclass(slots=True)
class Effort:
    """What lint may still spend on one document, about the characters that it reads: a document
    that means harm must not keep a web process for minutes."""

    left: int = MOST_EFFORT

    @property
    def is_spent(self) -> bool:
        return self.left <= 0

    def spend(self, text: str, found: Runnable) -> None:
        self.left -= _COST + len(text) + sum(_COST + len(line.text) for line in found.lines)


@dataclass(frozen=True, slots=True)
class Values:
    """What names stand for in the document, and what may be spent on reading it."""

    known: Mapping[str, str]
    effort: Effort = field(default_factory=Effort)

    def stand_ins(self, text: str) -> dict[str, str]:
        """A place for each name in the text that has no value."""
        names = dict.fromkeys(plain or braced for braced, plain in _NAME.findall(text))
        assigned = set(_ASSIGNED.findall(text))
        unknown = [name for name in names if name not in assigned and not self.known.get(name)]
        return dict.fromkeys(unknown, "")


def read(statement: Statement, setting: str, values: Values, *, place_line: int) -> Reading:
    """The whole statement when it can be run, else as much of it as can be understood alone.

    A command that lacks its project or its place is also read as if it had them, so that one
    mistake does not hide another."""
    whole, stand_ins = attempt(f"{setting}\n{statement.text}", values)
    if whole.lines:
        commands = tuple(line.command for line in whole.lines)
        return Reading(statement, place_line, commands, stand_ins=stand_ins)
    parts = [whole]
    if whole.gcloud_exit:
        parts += _completed(statement, setting, values)
    else:
        parts += [attempt(f"{setting}\n{text}", values)[0] for text in _parts(statement)]
    return Reading(
        statement,
        place_line,
        commands=tuple(line.command for part in parts for line in part.lines),
        refused=tuple(part for part in parts if part.gcloud_exit),
        unread=None if whole.reason == UNCLEAR else whole,
        stand_ins=stand_ins,
    )


def _completed(statement: Statement, setting: str, values: Values) -> Iterator[Runnable]:
    pipeline = statement.pipelines[0].text if statement.pipelines else ""
    for missing in _MISSING:
        runnable, _names = attempt(f"{setting}\n{pipeline} {missing}", values)
        if runnable.lines:
            yield runnable
            return


def _parts(statement: Statement) -> Iterator[str]:
    """The commands in a statement that needs a shell: each pipeline, else each gcloud in it."""
    if len(statement.pipelines) > 1:
        yield from (p.text for p in statement.pipelines if not _is_words(p))
    for stage in statement.stages:
        if stage.program == "gcloud" and len(list(statement.stages)) > 1:
            yield " ".join(map(_quoted, stage.command))


def _quoted(word: str) -> str:
    """So that names in it stay names."""
    return '"' + re.sub(r'(["\\`])', r"\\\1", word) + '"'


def _is_words(pipeline: Pipeline) -> bool:
    return pipeline.stages[0].program in ("echo", "printf", "true", "exit", "")


def attempt(text: str, values: Values) -> tuple[Runnable, dict[str, str]]:
    """The text read with stand-ins, and those. Where blanks keep it from being read, what is wrong
    beside them, if anything is."""
    found, stand_ins = _attempt(text, values)
    with_names, written = blanks.named(text)
    if found.lines or not written:
        return found, stand_ins
    filled, names = _attempt(with_names, values)
    if filled.gcloud_exit or _NEVER_RUN.search(filled.reason):
        return filled, {written.get(name, name): value for name, value in names.items()}
    if found.gcloud_exit or any(blank in found.reason for blank in written.values()):
        return Runnable(reason=f"Fill in {next(iter(written.values()))} first."), {}
    return found, stand_ins


def _attempt(text: str, values: Values) -> tuple[Runnable, dict[str, str]]:
    """The text read with stand-ins, and those. One that does not fit its place is replaced by one
    of another form; forms that fit nowhere tell nothing, and where the others differ the text is
    not at fault."""
    refusals: list[tuple[Runnable, dict[str, str]]] = []
    for form in range(len(_FORMS)):
        stand_ins = values.stand_ins(text)
        runnable = _fitted(text, values, stand_ins, form)
        if runnable.lines or not stand_ins:
            return runnable, stand_ins
        refusals.append((runnable, stand_ins))
    clear = [one for one in refusals if not _is_about_a_value(*one)]
    told = {as_written(refusal.reason, names) for refusal, names in clear}
    return clear[0] if len(told) == 1 else (Runnable(reason=UNCLEAR), {})


def _is_about_a_value(refusal: Runnable, stand_ins: Mapping[str, str]) -> bool:
    """A word that a command has no place for is wrong whatever its value."""
    is_superfluous = refusal.reason.startswith("unrecognized arguments:")
    return not is_superfluous and bool(_names_one(refusal.reason, stand_ins))


def _fitted(text: str, values: Values, stand_ins: dict[str, str], form: int) -> Runnable:
    """Read with stand-ins of one form, and of later forms for those that a refusal names."""
    forms = dict.fromkeys(stand_ins, form)
    for _try in range(_MOST_TRIES):
        for number, (name, chosen) in enumerate(forms.items(), 1):
            stand_ins[name] = _ENVIRONMENT.get(name, _FORMS[chosen].format(number))
        if values.effort.is_spent:
            return Runnable(reason=UNCLEAR)
        runnable = shell.read(text, {**values.known, **stand_ins})
        values.effort.spend(text, runnable)
        name = _names_one(runnable.reason, stand_ins)
        if not name or name in _ENVIRONMENT or forms[name] + 1 >= len(_FORMS):
            return runnable
        forms[name] += 1
    return runnable


def as_written(text: str, stand_ins: Mapping[str, str]) -> str:
    """The text with stand-ins replaced by the names or blanks they stand for."""
    for name, value in stand_ins.items():
        text = text.replace(value, name if name.startswith("<") else f"${{{name}}}")
    return text


def _names_one(reason: str, stand_ins: Mapping[str, str]) -> str:
    """The name whose stand-in the reason speaks of, or ""."""
    return next((name for name, value in stand_ins.items() if value in reason), "")
