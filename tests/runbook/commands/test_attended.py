"""Being told to stop: a read is left whatever it is blocked in, a change only where it waits.

None of these tests would end in time, or as it does, if the work were waited for to its own end:
servers here say nothing for as long as they are asked.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbook.cloud import beside, interruption, operations
from runbook.cloud.beside import Beside
from runbook.cloud.errors import CloudError
from runbook.cloud.interruption import Watch
from runbook.commands import running, shell
from runbook.commands.attended import attended
from runbook.commands.base import Cancelled, Effect, Emit, HandedBack, Outcome, Stream
from runbook.commands.programs import Program
from tests.runbook.commands.change_drill import Sends
from tests.runbook.simulated import CONNECTOR, HERE, HOST, Simulated, line_of

_PLACE = f"--region=us-central1 {HERE}"
_CONNECTORS = "gcloud compute networks vpc-access connectors"
DESCRIBE = f"{_CONNECTORS} describe staging-connector {_PLACE}"
SCALE = f"{_CONNECTORS} update staging-connector --min-instances=3 --max-instances=10 {_PLACE}"
LOAD = f"hey -z 60s -c 2 https://{HOST}/"
SLEEPING = Program(
    name="sleeper",
    written="sleeper",
    executable=(sys.executable, "-c", "import time; time.sleep(60)"),
    effect=Effect.READS,
    folder=str(Path(__file__).parent),
    seconds=60.0,
)


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moments that are given to what is left would be most of the tests' time."""
    for name in ("_LOOK_SECONDS", "_FAREWELL_SECONDS", "_LATE"):
        monkeypatch.setattr(beside, name, 0.1)


def after(looks: int, stop: Exception) -> Watch:
    """A watch that raises `stop` from the `looks`th look on."""
    left = [looks]

    def watch() -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise stop

    return watch


def _heard(text: str, stream: Stream = "stdout") -> None:
    """What is printed does not matter here."""


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _run(cloud: Simulated, text: str, watch: Watch, **changed: object) -> Outcome:
    line, target = line_of(text), cloud.target(**changed)
    session = cloud.session(**changed)
    plan = running.plan(line, session, target) if line.command.effect != "reads" else None
    return running.execute(line, session, target, _heard, plan, watch)


@pytest.mark.parametrize(
    "text",
    [
        f"curl https://{HOST}/",
        f"curl -sf https://{HOST}/ | head -1",
        f"wscat -c wss://{HOST}/ws",
        f"dig {HOST}",
        f"openssl s_client -connect {HOST}:443 | openssl x509 -noout -dates",
        f"for i in {{1..3}}; do curl -s https://{HOST}/ & done; wait",
    ],
)
def test_a_probe_is_left_whatever_it_waits_for(cloud: Simulated, silent: str, text: str) -> None:
    with pytest.raises(HandedBack):
        _run(cloud, text, after(3, HandedBack()), routes={HOST: silent})
    outcome = _run(cloud, text, after(3, Cancelled("stop")), routes={HOST: silent})
    assert (outcome.state, outcome.message) == ("cancelled", "stop")


def test_a_read_of_google_is_left(cloud: Simulated, silent: str) -> None:
    with pytest.raises(HandedBack):
        _run(cloud, DESCRIBE, after(3, HandedBack()), endpoint=silent)


def test_a_pause_before_another_try_is_left(cloud: Simulated) -> None:
    cloud.arm(match=CONNECTOR, kind="429", retry_after=9, times=0)
    with pytest.raises(HandedBack):
        _run(cloud, DESCRIBE, after(3, HandedBack()))


def test_planning_is_left(cloud: Simulated, silent: str) -> None:
    session, target = cloud.session(endpoint=silent), cloud.target(endpoint=silent)
    with pytest.raises(HandedBack):
        running.plan(line_of(SCALE), session, target, after(3, HandedBack()))


def test_a_program_ends_with_its_read(cloud: Simulated) -> None:
    (line,) = shell.read("sleeper", {}, [SLEEPING]).lines
    target = cloud.target(programs=("sleeper",))
    with pytest.raises(HandedBack):
        running.execute(line, cloud.session(), target, _heard, None, after(3, HandedBack()))


def test_a_read_that_takes_longer_than_its_deadline_fails(cloud: Simulated, silent: str) -> None:
    outcome = _run(cloud, DESCRIBE, after(10_000, Cancelled()), endpoint=silent, deadline=0.1)
    assert (outcome.state, outcome.message) == ("failed", "It was not done within 0.1 s.")


def test_what_nobody_stops_gives_what_it_gives(cloud: Simulated) -> None:
    outcome = _run(cloud, DESCRIBE, after(10_000, Cancelled()))
    assert outcome == _run(cloud, DESCRIBE, interruption.nobody)
    missing = _run(cloud, DESCRIBE.replace("staging-c", "other-c"), after(10_000, Cancelled()))
    assert missing.state == "failed"
    assert missing.message.startswith("Not found: ")


def test_a_load_ends_before_its_next_word(cloud: Simulated, silent: str) -> None:
    outcome = _run(cloud, LOAD, after(3, Cancelled("stop")), routes={HOST: silent})
    assert (outcome.state, outcome.message) == ("cancelled", "stop")


def test_a_change_is_stopped_before_it_is_sent(cloud: Simulated) -> None:
    sends = Sends(cloud)
    line, session, target = line_of(SCALE), cloud.session(), cloud.target()
    plan = running.plan(line, session, target)
    stop = after(1, Cancelled("stop"))
    assert running.execute(line, session, target, _heard, plan, stop).state == "cancelled"
    with pytest.raises(HandedBack):
        running.execute(line, session, target, _heard, plan, after(1, HandedBack()))
    assert sends.count() == 0


def test_a_change_that_was_sent_is_only_no_longer_waited_for(
    cloud: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_PAUSES", ((60.0, 60.0),))
    sends, taken = Sends(cloud), threading.Event()
    cloud.arm(match=CONNECTOR, method="PATCH", kind="operation-never-ends")

    def watch() -> None:
        if taken.is_set():
            raise HandedBack

    def emit(text: str, stream: Stream = "stdout") -> None:
        if "is running" in text:
            taken.set()

    line, session, target = line_of(SCALE), cloud.session(), cloud.target()
    plan = running.plan(line, session, target)
    outcome = running.execute(line, session, target, emit, plan, watch)
    assert (outcome.state, sends.count()) == ("unknown", 1)
    assert outcome.message.startswith("Stopped waiting, but Google goes on")


def test_the_reads_of_a_change_are_left(cloud: Simulated, silent: str) -> None:
    line, target = line_of(SCALE), cloud.target()
    plan = running.plan(line, cloud.session(), target)
    hanging = cloud.session(endpoint=silent)
    with pytest.raises(HandedBack):
        running.execute(line, hanging, target, _heard, plan, after(3, HandedBack()))


def test_a_look_at_an_operation_is_left(cloud: Simulated) -> None:
    sends, asked = Sends(cloud), threading.Event()
    cloud.arm(match=CONNECTOR, method="PATCH", kind="operation-never-ends")

    def emit(text: str, stream: Stream = "stdout") -> None:
        if "is running" in text:
            cloud.arm(match="/", method="GET", kind="hang", times=0)
            asked.set()

    def watch() -> None:
        if asked.is_set():
            stop()

    stop = after(6, Cancelled())
    line, session, target = line_of(SCALE), cloud.session(), cloud.target()
    plan = running.plan(line, session, target)
    assert running.execute(line, session, target, emit, plan, watch).state == "unknown"
    cloud.disarm()
    assert sends.count() == 1


def test_what_was_left_says_nothing_any_more() -> None:
    told: list[str] = []
    go_on, is_over = threading.Event(), threading.Event()

    def work(heard: Emit) -> None:
        try:
            go_on.wait(30)
            heard("too late")
        finally:
            is_over.set()

    def emit(text: str, stream: Stream = "stdout") -> None:
        told.append(text)

    with pytest.raises(HandedBack):
        attended(work, emit, after(2, HandedBack()), deadline=30)
    go_on.set()
    assert is_over.wait(60)
    assert told == []


def test_a_fault_inside_comes_out() -> None:
    def work() -> None:
        raise CloudError("NOT_FOUND", "Nothing there.")

    with pytest.raises(CloudError, match="Nothing there"):
        Beside(work, interruption.nobody).run()
