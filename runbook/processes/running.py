"""One child that was started: its process, its output, its end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from runbook.processes.log_file import LogFile
from runbook.processes.plan import Child

_PR_SET_PDEATHSIG = 1
_READ_SIZE = 65_536
_prctl: Callable[..., int] | None = (
    ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
)


def _die_with_parent() -> None:
    """Runs in the child between fork and exec. Without Linux the sentinel does it alone."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Running:
    """A live process in a group of its own, so that a Ctrl-C in the terminal reaches only the
    supervisor. `output` is the read end of what it prints; `lines` hands over complete lines."""

    def __init__(self, child: Child, *, folder: str, environment: Mapping[str, str]) -> None:
        self.child = child
        self.started = time.monotonic()
        self.said_ready = False
        self._rest = b""
        self._process = subprocess.Popen(  # noqa: S603  (the plan is ours)
            child.command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  (one C call, takes no lock)
        )
        self.pid = self._process.pid
        stdout = self._process.stdout
        if stdout is None:
            raise RuntimeError("a child was started without a pipe")
        self.output = stdout
        os.set_blocking(stdout.fileno(), False)

    def lines(self, log: LogFile) -> list[str]:
        """What was printed since the last call, written to `log` first. Never waits."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while block := os.read(self.output.fileno(), _READ_SIZE):
                data += block
                log.write(block)
        *complete, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-_READ_SIZE:]
        text = [line.decode(errors="replace") for line in complete]
        if self.child.ready.kind == "line":
            self.said_ready = self.said_ready or any(self.child.ready.where in t for t in text)
        return text

    def exit_code(self) -> int | None:
        """None while it lives; minus the signal's number when a signal ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """The process and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """After its end: nothing of its group stays behind."""
        self.kill()
        self._process.wait()
        self.output.close()
