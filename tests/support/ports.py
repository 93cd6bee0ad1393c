"""Ports for the servers of tests: each test process has a part of its own, because what is free for
two of them at once may be taken by both."""

from __future__ import annotations

import pytest

from runbook.processes import ports


def pytest_configure(config: pytest.Config) -> None:
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        number, among = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
        ports.ASKED_FOR = ports.ASKED_FOR[number::among]
