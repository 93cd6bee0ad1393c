"""Waits for a long-running operation of any of Google's three kinds, within its own deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from runbook.cloud import interruption
from runbook.cloud.beside import attentive
from runbook.cloud.errors import CloudError
from runbook.document.definition import Json

# While less than the first has passed, the second is waited before the next look; all in seconds.
# Much is done in a moment, and what is not may take minutes.
_PAUSES = ((0.25, 0.25), (1.0, 0.75), (20.0, 1.0))
_LONG_PAUSE = 3.0


@dataclass(frozen=True, slots=True)
class Operation:
    """How far Google is. `error` is Google's sentence when the operation ended badly."""

    name: str
    is_done: bool
    error: str = ""
    percent: int | None = None


class OperationFailedError(CloudError):
    """Google took the change and then ended its operation with an error: certain, not applied."""


def of_longrunning(answer: dict[str, Json]) -> Operation:
    """`google.longrunning.Operation`: VPC Access, Certificate Manager, Run v2."""
    error = answer.get("error")
    return Operation(
        name=str(answer.get("name", "")),
        is_done=answer.get("done") is True,
        error=_message(error) if isinstance(error, dict) else "",
    )


def of_sql(answer: dict[str, Json]) -> Operation:
    """Cloud SQL Admin's own operation."""
    return Operation(
        name=str(answer.get("name", "")),
        is_done=answer.get("status") == "DONE",
        error=_first_error(answer.get("error")),
    )


def of_compute(answer: dict[str, Json]) -> Operation:
    """Compute's operation, global, regional or zonal."""
    progress = answer.get("progress")
    return Operation(
        name=str(answer.get("name", "")),
        is_done=answer.get("status") == "DONE",
        error=_first_error(answer.get("error")),
        percent=progress if isinstance(progress, int) else None,
    )


def wait(
    first: Operation,
    read: Callable[[], Operation],
    *,
    emit: Callable[[str], None],
    deadline: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = interruption.pause,
) -> Operation:
    """The operation once it is done without an error.

    Each look emits one line; a cancellation comes through there and in the pauses. Failed looks are
    repeated until `deadline` seconds have passed. Raises `OperationFailedError`, or a `CloudError`
    with `may_have_applied`: after the request was taken, silence proves nothing.
    """
    started = clock()
    operation = first
    while not operation.is_done:
        elapsed = clock() - started
        if elapsed >= deadline:
            raise CloudError(
                "TIMEOUT",
                f"The operation {operation.name} was still running after {deadline:g} s.",
                may_have_applied=True,
            )
        emit(_progress(operation, elapsed))
        sleep(_pause(elapsed))
        operation = _look(operation, read, emit)
    if operation.error:
        raise OperationFailedError("PRECONDITION", operation.error)
    return operation


def _pause(elapsed: float) -> float:
    return next((pause for until, pause in _PAUSES if elapsed < until), _LONG_PAUSE)


def _look(
    operation: Operation, read: Callable[[], Operation], emit: Callable[[str], None]
) -> Operation:
    try:
        return attentive(read)
    except CloudError as error:
        if not error.can_retry_help:
            error.may_have_applied = True
            raise
        emit(f"  {error.message} Asking again about {operation.name}.")
        return operation


def _progress(operation: Operation, elapsed: float) -> str:
    percent = "" if operation.percent is None else f", {operation.percent} %"
    short = operation.name.rsplit("/", 1)[-1]
    return f"  {elapsed:.0f} s: operation {short} is running{percent}"


def _message(error: dict[str, Json]) -> str:
    return str(error.get("message") or error)


def _first_error(error: Json) -> str:
    if not isinstance(error, dict):
        return ""
    entries = error.get("errors")
    if isinstance(entries, list) and entries and isinstance(entries[0], dict):
        return _message(entries[0])
    return _message(error)
