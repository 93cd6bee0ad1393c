"""What a supervisor keeps about one of its children."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from runbook.processes.log_file import LogFile
from runbook.processes.plan import Child
from runbook.processes.running import Running


class Slot:
    """What the supervisor knows of one child of the plan, through all its lives."""

    def __init__(self, child: Child, logs: Path) -> None:
        self.child = child
        self.log = LogFile(logs / f"{child.name}.log")
        self.running: Running | None = None
        self.is_wanted = True
        self.is_ready = False
        self.was_ready = False
        self.is_slow = False
        self.start_at = 0.0
        self.kill_at: float | None = None
        self.farewell = ""
        self.failures = 0
        self.last_lines: deque[str] = deque(maxlen=20)
