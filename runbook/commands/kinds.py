"""A command as it is registered: its name, what it does to the world, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runbook.commands.base import Command, Effect


@dataclass(frozen=True, slots=True)
class CommandKind:
    """`name` is what stands in front of its arguments, `gcloud` included. `parse` takes the words
    after it and raises `NotRunnable`."""

    name: str
    effect: Effect
    summary: str
    parse: Callable[[Sequence[str]], Command]


@dataclass(frozen=True, slots=True)
class PipelineKind:
    """A command that is written as several stages of a pipe: `echo … | gcloud secrets create …`.

    `name` is how docs write it. `parse` takes all stages of the pipe, each as its words, and gives
    the command with the number of stages it takes up, or None where they are none of its business.
    It raises `NotRunnable` for stages that are its own and cannot be run. What remains of the pipe
    are output filters.
    """

    name: str
    effect: Effect
    summary: str
    parse: Callable[[Sequence[Sequence[str]]], tuple[Command, int] | None]
