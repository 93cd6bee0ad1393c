"""Programs of the operator's own that an administrator lists for an environment.

None is listed until somebody does. A listed program never passes through a shell: its words are
compared with those of the list, and what runs is the executable of the list.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from runbook.commands.base import Effect, NotRunnable
from runbook.commands.language.patterns import compiled

LONGEST_SECONDS = 3600.0
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = re.compile(r"RUNBOOK_\w+|DJANGO_\w+|DATABASE_URL|REDIS_URL|POSTGRES_PASSWORD")
"""Keys and passwords of Runbook itself."""
_TOLD_BY_US = frozenset({"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "BASH_ENV", "ENV", "IFS"})


@dataclass(frozen=True, slots=True)
class Program:
    """One program as an administrator lists it.

    `written` is how runbooks begin it, one or more words ("python scripts/deploy.py").
    `executable` is the absolute path that runs in its place, with its leading words
    (("/opt/deploy/bin/python", "/opt/deploy/deploy.py")). `pattern` must match each further
    argument as a whole; "" permits none. `seconds` bounds a run. `folder` is the absolute working
    folder. `variables` names what is passed on from the worker's environment; nothing else is.
    """

    name: str
    written: str
    executable: tuple[str, ...]
    effect: Effect
    folder: str
    seconds: float = 300.0
    pattern: str = ""
    variables: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """How a runbook's line begins."""
        return tuple(shlex.split(self.written))


def why_not_listable(program: Program, reserved: Sequence[str]) -> str:
    """Why the list may not hold this program, as a whole sentence, or "".

    `reserved` are the first words that belong to commands of ours (`registry.first_words()`).
    """
    return (
        _wrong_words(program, reserved)
        or _wrong_executable(program)
        or _wrong_pattern(program.pattern)
        or _wrong_bounds(program)
    )


def _wrong_words(program: Program, reserved: Sequence[str]) -> str:
    try:
        words = program.words
    except ValueError:
        return "A quote in the words that start the program is not closed."
    if not program.name or not words:
        return "A program needs a name and the words that start it in a runbook."
    if shlex.join(words) != program.written:
        return f"Write the words that start the program as {shlex.join(words)}."
    if words[0] in reserved or words[0].startswith("-"):
        return f"'{words[0]}' already means something here and cannot start a program."
    return ""


def _wrong_executable(program: Program) -> str:
    if not program.executable or not PurePosixPath(program.executable[0]).is_absolute():
        return "The executable is given as an absolute path."
    if not PurePosixPath(program.folder).is_absolute():
        return "The working folder is given as an absolute path."
    return ""


def _wrong_pattern(pattern: str) -> str:
    try:
        compiled(pattern)
    except NotRunnable as refusal:
        return refusal.reason
    return ""


def _wrong_bounds(program: Program) -> str:
    if not 0 < program.seconds <= LONGEST_SECONDS:
        return f"A time limit lies between 0 and {LONGEST_SECONDS:g} seconds."
    for name in program.variables:
        if not _NAME.fullmatch(name) or name in _TOLD_BY_US or _OURS.fullmatch(name):
            return f"'{name}' is not a variable that is passed on."
    return ""


def listed(argv: Sequence[str], programs: Sequence[Program]) -> tuple[Program, list[str]] | None:
    """The program with the longest beginning that fits `argv`, and the arguments behind it.

    None when no program begins like this. Raises `NotRunnable` for arguments that the list does
    not permit.
    """
    fitting = [one for one in programs if tuple(argv[: len(one.words)]) == one.words]
    if not fitting:
        return None
    program = max(fitting, key=lambda one: len(one.words))
    arguments = list(argv[len(program.words) :])
    for argument in arguments:
        if not _permits(program.pattern, argument):
            raise NotRunnable(f"{program.name} may not be given the argument '{argument}'.")
    return program, arguments


def _permits(pattern: str, argument: str) -> bool:
    return bool(pattern and compiled(pattern, is_ascii=True).fullmatch(argument))
