"""Ends every process group of a supervisor that died without saying goodbye.

PR_SET_PDEATHSIG reaches the supervisor's children but not what they started in turn, such as the
pool of a worker. The sentinel is a small shell at the other end of a pipe: it is told which groups
live, and when the pipe closes it asks the last ones to stop and, a moment later, kills them.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterable

_SCRIPT = """
trap '' INT TERM HUP
groups=
while read -r line; do groups=$line; done
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
[ -z "$groups" ] || sleep 1
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0
"""


class Sentinel:
    def __init__(self) -> None:
        self._told = ""
        self._shell = subprocess.Popen(  # noqa: S603  (a constant script, no input)
            ["/bin/sh", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )

    def tell(self, groups: Iterable[int]) -> None:
        """Replaces the list of groups that live."""
        line = " ".join(str(group) for group in groups)
        if line == self._told or self._shell.stdin is None:
            return
        self._told = line
        try:
            self._shell.stdin.write(f"{line}\n".encode())
            self._shell.stdin.flush()
        except BrokenPipeError:
            self._shell.poll()

    def dismiss(self) -> None:
        """Nothing lives any more."""
        self.tell(())
        if self._shell.stdin is not None:
            self._shell.stdin.close()
        try:
            self._shell.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._shell.send_signal(signal.SIGKILL)
            self._shell.wait()
