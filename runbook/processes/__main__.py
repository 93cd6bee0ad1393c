"""`python -m runbook.processes PLAN`: a supervisor that has nothing else in its memory."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from runbook.processes.plan import read_plan
from runbook.processes.supervisor import Supervisor


def main() -> int:
    plan = read_plan(Path(sys.argv[1]))
    if plan.lock is not None:
        os.set_inheritable(plan.lock, False)  # noqa: FBT003  (the standard library's signature)
    supervisor = Supervisor(plan)

    def stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    supervisor.run()
    return 1 if supervisor.fault else 0


if __name__ == "__main__":
    sys.exit(main())
