"""Finds the command for words, among the modules of the folders `gcloud` and `probes`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache

from runbook.commands import gcloud, probes
from runbook.commands.base import Command, NotRunnable
from runbook.commands.kinds import CommandKind
from runbook.commands.mistakes import mistake_in

_MOST_WORDS = 6
_VERBS = {"create", "delete", "deploy", "describe", "list", "patch", "read", "restart", "update"}


@cache
def known() -> tuple[CommandKind, ...]:
    """Every command that can be run, by name: the `KINDS` of each module of the two folders."""
    found: list[CommandKind] = []
    for package in (gcloud, probes):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            found.extend(importlib.import_module(module.name).KINDS)
    return tuple(sorted(found, key=lambda kind: kind.name))


def parse(argv: Sequence[str]) -> Command:
    """Raises NotRunnable with the reason when no command of ours fits the words."""
    for kind in known():
        name = kind.name.split()
        if list(argv[: len(name)]) == name:
            return kind.parse(argv[len(name) :])
    raise mistake_in(argv) or _unknown(argv)


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
