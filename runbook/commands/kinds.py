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
