"""The undo of a plan as the lines that it is."""

from __future__ import annotations

from runbook.commands import shell
from runbook.commands.base import Effect, NotRunnable


def undo_lines(text: str) -> tuple[str, ...]:
    """The commands of a `Plan.undo` in the order in which they must run, each planned and approved
    by itself once the one before has ended well; none for "".

    `shell.read` gives exactly one changing line for each. Raises `NotRunnable` for a text that is
    not understood any more, or that holds something else than changes.
    """
    if not text.strip():
        return ()
    found = shell.read(text, {})
    if found.reason:
        raise NotRunnable(f"The undo is not run from here: {found.reason}", found.instead)
    if any(line.command.effect is Effect.READS for line in found.lines):
        raise NotRunnable("The undo is not run from here: not all of it changes something.")
    return tuple(line.text for line in found.lines)
