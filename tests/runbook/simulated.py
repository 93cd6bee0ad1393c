"""The environment of the simulator, for tests that send commands to it."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Line, Outcome, Plan, Stream
from runbook.processes.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 120.0
"""For a process to start and to end, on a machine that does other things too."""
PROJECT, REGION = "netra-staging", "us-central1"
CONNECTOR = "/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector"
INSTANCE = "/v1/projects/netra-staging/instances/netra-staging-db"
HOST = "staging.netrasystems.ai"
HERE = f"--project={PROJECT}"
_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The simulator speaks plain HTTP: to read the certificate authorities takes longer than to ask."""


def line_of(text: str) -> Line:
    """The one line of a command that must be runnable."""
    read = shell.read(text, {})
    assert read.reason == ""
    (line,) = read.lines
    return line


@dataclass
class Simulated:
    """A simulator process and what commands need to reach it.

    `printed` is the last output, `stdout` what of it gcloud prints on its standard output."""

    port: int
    printed: list[str] = field(default_factory=list)
    stdout: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def target(self, **changed: Any) -> Target:
        values: dict[str, Any] = {
            "name": "staging",
            "project": PROJECT,
            "region": REGION,
            "endpoint": self.address,
            "allowed_hosts": (HOST,),
            "routes": {HOST: self.address},
        }
        return Target(**(values | changed))

    def session(self, **changed: Any) -> Session:
        return Session(self.target(**changed), request_id=str(uuid.uuid4()))

    def plan(self, text: str) -> Plan:
        return running.plan(line_of(text), self.session(), self.target())

    def run(self, text: str, plan: Plan | None = None, **changed: Any) -> Outcome:
        """Runs a command; a change without a plan is planned first."""
        self.printed, self.stdout = [], ""
        line, session, target = line_of(text), self.session(**changed), self.target(**changed)
        if plan is None and line.command.effect != "reads":
            plan = running.plan(line, session, target)
        return running.execute(line, session, target, self.emit, plan)

    def emit(self, text: str, stream: Stream = "stdout") -> None:
        self.printed.append(text)
        if stream == "stdout":
            self.stdout += f"{text}\n"

    def output(self) -> str:
        return "\n".join(self.printed)

    def reset(self) -> None:
        self._control("POST", "reset")
        self.disarm()

    def arm(self, **fault: Any) -> None:
        self._control("POST", "faults", fault)

    def disarm(self) -> None:
        self._control("DELETE", "faults")

    def asked(self, method: str, path: str) -> int:
        """How often this request was received, since the process started."""
        log = self._control("GET", "log")["requests"]
        return sum(1 for one in log if one["method"] == method and one["path"] == path)

    def held(self, secret: str, version: int) -> bytes:
        """The value of a secret's version, as a program would read it."""
        path = f"/v1/projects/{PROJECT}/secrets/{secret}/versions/{version}:access"
        answer = httpx.get(f"{self.address}{path}", timeout=60, trust_env=False)
        return base64.b64decode(answer.raise_for_status().json()["payload"]["data"])

    def _control(self, method: str, name: str, body: object = None) -> Any:
        url = f"{self.address}/_simulator/{name}"
        answer = httpx.request(method, url, json=body, timeout=60, trust_env=False, verify=_PLAIN)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def simulated(*, speed: float = 20, scenario: str = "issue-1278") -> Iterator[Simulated]:
    """A simulator in a process of its own, of the outage unless told, ended with the block."""
    port = free_port()
    arguments = ["--port", str(port), "--scenario", scenario, "--speed", str(speed)]
    command = [sys.executable, "-m", "runbook.simulator", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            _until_it_answers(port, process)
            yield Simulated(port)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the simulator did not start")
