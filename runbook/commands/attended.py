"""A command that only reads, run so that it can be left at any moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from runbook.cloud.beside import Beside
from runbook.cloud.interruption import Watch
from runbook.commands.base import Emit, Stream

Result = TypeVar("Result")


def attended(
    work: Callable[[Emit], Result], emit: Emit, watch: Watch, *, deadline: float
) -> Result:
    """What `work` gives, which prints to the `Emit` it is given; once it is left, nobody hears it.

    Raises what `watch` raises, at most two seconds after it begins to, and `CloudError` when
    `deadline` seconds have passed.
    """

    def heard(text: str, stream: Stream = "stdout") -> None:
        reading.look()
        emit(text, stream)

    reading = Beside(lambda: work(heard), watch, deadline=deadline)
    return reading.run()
