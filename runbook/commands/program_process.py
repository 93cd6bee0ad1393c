"""One program of the operator's own as a process: no shell, a clean environment, always an end.

The process leads a group of its own, and a small watching shell at the other end of a pipe ends
that group when this process dies: PR_SET_PDEATHSIG would reach the program, but neither what the
program started nor a program that changes its user.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count

from runbook.cloud import interruption
from runbook.commands.base import Emit
from runbook.commands.program_output import ProgramOutput

_GRACE = 2.0
_PATH = "/usr/local/bin:/usr/bin:/bin"
_WATCH = """
trap '' INT TERM HUP
read -r group || exit 0
read -r end && exit 0
kill -s TERM -- "-$group" 2>/dev/null; sleep 2; kill -s KILL -- "-$group" 2>/dev/null
exit 0
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """`status` is the exit status, or minus the signal; `lines` counts what was printed."""

    status: int
    seconds: float = 0.0
    lines: int = 0
    was_stopped: bool = False
    why_not_started: str = ""


def run_to_end(
    argv: Sequence[str], *, folder: str, variables: Sequence[str], seconds: float, emit: Emit
) -> Ending:
    """Runs `argv` and hands on both its streams line by line.

    When `emit` or the watch raises, or after `seconds`, the whole group is asked to end and killed
    a moment later. What the program left running in its group ends with it.
    """
    started = time.monotonic()
    try:
        process = _start(argv, folder, variables)
    except OSError as error:
        return Ending(-1, why_not_started=f"{argv[0]} cannot be started: {error.strerror}.")
    with _watched(process.pid), _ended(process):
        lines = _hand_on(process, emit, until=started + seconds)
        was_stopped = process.poll() is None
    seconds = round(time.monotonic() - started, 3)
    return Ending(process.returncode, seconds, lines, was_stopped)


def _start(argv: Sequence[str], folder: str, variables: Sequence[str]) -> subprocess.Popen[bytes]:
    """With a path, a language and what the list names; no key or password of ours."""
    passed = {name: os.environ[name] for name in variables if name in os.environ}
    return subprocess.Popen(  # noqa: S603 (listed by an administrator, no shell)
        list(argv),
        cwd=folder,
        env={"PATH": _PATH, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **passed},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _hand_on(process: subprocess.Popen[bytes], emit: Emit, *, until: float) -> int:
    """Emits until the program has ended or the time is up; gives the number of lines."""
    started = time.monotonic()
    with ProgramOutput(process, emit) as output:
        for turn in count():
            interruption.look()
            output.wait(min(0.2, max(until - time.monotonic(), 0.0)))
            if process.poll() is not None or time.monotonic() >= until:
                break
            if turn and output.silent_for() >= _pause(time.monotonic() - started):
                output.remark(f"  {time.monotonic() - started:.0f} s: still running")
        output.rest()
        return output.lines


def _pause(elapsed: float) -> float:
    """How long silence lasts before we say something."""
    return 1.0 if elapsed < 10 else 3.0


@contextmanager
def _watched(group: int) -> Iterator[None]:
    with subprocess.Popen(  # noqa: S603 (a constant script)
        ["/bin/sh", "-c", _WATCH],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    ) as watcher:
        _tell(watcher, group)
        try:
            yield
        finally:
            _tell(watcher, 0)


def _tell(watcher: subprocess.Popen[bytes], number: int) -> None:
    with suppress(BrokenPipeError):
        if watcher.stdin is not None:
            watcher.stdin.write(f"{number}\n".encode())


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leaves nothing of the group behind, whatever happens inside."""
    try:
        yield
    finally:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        _signal(process.pid, signal.SIGKILL)
        process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
