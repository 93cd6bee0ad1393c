"""Finds the command for words, among the modules of the folders `gcloud` and `probes`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from types import ModuleType

from runbook.commands import gcloud, probes
from runbook.commands.base import Command, NotRunnable
from runbook.commands.grammar.flag_words import command_first
from runbook.commands.grammar.mistakes import mistake_in
from runbook.commands.kinds import CommandKind, PipelineKind
from runbook.commands.program_run import ProgramRun
from runbook.commands.programs import Program, listed

_MOST_WORDS = 6
_SHELL_WORDS = frozenset({"echo", "timeout", "for", "if", "export", "sh", "bash", "sudo", "env"})
_VERBS = {"create", "delete", "deploy", "describe", "list", "patch", "read", "restart", "update"}


@cache
def known() -> tuple[CommandKind | PipelineKind, ...]:
    """Every command that can be run, by name."""
    return tuple(sorted((*_kinds(), *_pipelines()), key=lambda kind: kind.name))


@cache
def _kinds() -> tuple[CommandKind, ...]:
    """The `KINDS` of each module of the two folders, longest name first."""
    found = [kind for module in _modules() for kind in module.KINDS]
    return tuple(sorted(found, key=lambda kind: len(kind.name.split()), reverse=True))


@cache
def _pipelines() -> tuple[PipelineKind, ...]:
    """The `PIPELINES` of those modules that have some."""
    return tuple(kind for module in _modules() for kind in getattr(module, "PIPELINES", ()))


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(
        importlib.import_module(module.name)
        for package in (gcloud, probes)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    )


def first_words() -> frozenset[str]:
    """What no program of an operator's own may begin with."""
    return _SHELL_WORDS | {kind.name.split()[0] for kind in known()}


def parse(argv: Sequence[str], programs: Sequence[Program] = ()) -> Command:
    """Raises NotRunnable with the reason when no command of ours fits the words, and none of the
    programs that the environment lists."""
    argv = command_first(argv)
    for kind in _kinds():
        name = kind.name.split()
        if argv[: len(name)] == name:
            return kind.parse(argv[len(name) :])
    own = None if argv and argv[0] in first_words() else listed(argv, programs)
    if own is not None:
        return ProgramRun(own[0], tuple(own[1]))
    raise mistake_in(argv, [kind.name for kind in known()]) or _unknown(argv)


def parse_pipe(
    stages: Sequence[Sequence[str]], programs: Sequence[Program] = ()
) -> tuple[Command, int]:
    """The command at the front of a pipe and how many stages it takes up; raises like `parse`."""
    for kind in _pipelines():
        found = kind.parse(stages)
        if found is not None:
            return found
    return parse(stages[0], programs), 1


def _unknown(argv: Sequence[str]) -> NotRunnable:
    if not argv:
        return NotRunnable("There is no command here.")
    if argv[0] != "gcloud":
        return NotRunnable(f"{argv[0]} is not a program that is run from here.")
    path = " ".join(_path(argv))
    return NotRunnable(f"'{path}' cannot be run from here yet.")


def _path(argv: Sequence[str]) -> list[str]:
    """The command without its operands and flags: the words up to the verb."""
    path: list[str] = []
    for word in argv[:_MOST_WORDS]:
        if word.startswith("-"):
            break
        path.append(word)
        if word in _VERBS:
            break
    return path
