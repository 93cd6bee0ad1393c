"""The supervisor with small children: start order, ends, restarts, stopping, orphans."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from runbook.processes.plan import Child, Plan, Ready, write_plan
from runbook.processes.supervisor import Supervisor
from tests.support.processes import PATIENCE, ROOT, supervised, wait_until

SLEEPER = "import time; print('here', flush=True); time.sleep(600)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('here', flush=True); time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print('grandchild', child.pid, 'here', flush=True); time.sleep(600)"
)


@pytest.fixture
def quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runbook.processes.supervisor.FIRST_PAUSE", 0.01)


def child(name: str, code: str, **options: object) -> Child:
    values = {"ready": Ready("line", "here"), "patience": 0.5, **options}
    return Child(name=name, command=(sys.executable, "-c", code), **values)  # type: ignore[arg-type]


def plan_for(folder: Path, *children: Child, **values: object) -> Plan:
    (folder / "logs").mkdir()
    order = tuple((one.name,) for one in children)
    return Plan(
        folder=str(ROOT), logs=str(folder / "logs"), children=children, stop_order=order, **values
    )


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_supervisor_starts_a_child_after_those_it_needs(tmp_path: Path) -> None:
    slow = "import time; time.sleep(0.4); print('here', flush=True); time.sleep(600)"
    with supervised(
        tmp_path, child("second", SLEEPER, after=("first",)), child("first", slow)
    ) as it:
        ready = [line.split()[0] for line in it.said if "ready" in line]
    assert ready == ["first", "second"]


def test_supervisor_restarts_a_killed_child_and_says_so(tmp_path: Path) -> None:
    with supervised(tmp_path, child("one", SLEEPER)) as running:
        before = running.pid("one")
        running.kill("one")
        running.wait_until_ready("one")
        assert running.pid("one") != before
        log = tmp_path / "logs" / "one.log"
        sentence = f"was ended by signal 9; starting it again in 0.5 s (log: {log})"
        assert f"one       | {sentence}" in running.said


def test_supervisor_keeps_a_stopped_child_stopped(tmp_path: Path) -> None:
    with supervised(tmp_path, child("one", SLEEPER)) as running:
        before = running.pid("one")
        running.stop("one")
        time.sleep(0.8)
        with pytest.raises(AssertionError, match="one is not running"):
            running.pid("one")
        running.start("one")
        assert running.pid("one") != before


def test_supervisor_kills_a_child_that_will_not_stop(tmp_path: Path) -> None:
    with supervised(tmp_path, child("deaf", DEAF)) as running:
        pid = running.pid("deaf")
        running.stop("deaf")
        assert not is_alive(pid)


def test_supervisor_ends_what_a_dead_child_had_started(tmp_path: Path) -> None:
    with supervised(tmp_path, child("parent", PARENT)) as running:
        grandchild = int(running.logs("parent").split()[1])
        os.kill(running.pid("parent"), signal.SIGKILL)
        wait_until(lambda: not is_alive(grandchild), "the grandchild has ended")


def test_supervisor_gives_up_on_a_child_that_never_becomes_ready(
    tmp_path: Path, quick_restarts: None
) -> None:
    said: list[str] = []
    broken = child("broken", "import sys; sys.exit('no such module')")
    supervisor = Supervisor(plan_for(tmp_path, broken, child("good", SLEEPER)), say=said.append)
    supervisor.run()
    assert supervisor.fault == (
        "broken ended with code 1 5 times before it was ready, so everything is stopped. "
        f"Its log is {tmp_path}/logs/broken.log."
    )
    assert "broken    | no such module" in said
    assert supervisor.pid("good") is None


def test_supervisor_says_what_cannot_be_started(tmp_path: Path, quick_restarts: None) -> None:
    said: list[str] = []
    missing = Child(name="missing", command=(str(tmp_path / "nothing"),))
    supervisor = Supervisor(plan_for(tmp_path, missing), say=said.append)
    supervisor.run()
    assert supervisor.fault.startswith("missing ended with code 2 5 times")


def test_supervisor_writes_all_output_to_the_log_and_warnings_to_the_terminal(
    tmp_path: Path,
) -> None:
    talk = (
        "print('2026-11-21 03:00:00,000 INFO web: fine'); "
        "print('2026-11-21 03:00:00,001 WARNING web: mind this'); print('here', flush=True);"
        "import time; time.sleep(600)"
    )
    with supervised(tmp_path, child("web", talk)) as running:
        assert running.logs("web").splitlines()[0] == "2026-11-21 03:00:00,000 INFO web: fine"
        shown = [line for line in running.said if "web:" in line]
    assert shown == ["web       | 2026-11-21 03:00:00,001 WARNING web: mind this"]


def test_supervisor_stops_groups_in_order(tmp_path: Path) -> None:
    note = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        "    with open({path!r}, 'a') as file: file.write({name!r} + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('here', flush=True)\n"
        "time.sleep(600)\n"
    )
    path = str(tmp_path / "ends")
    children = [
        child(name, note.format(path=path, name=name), patience=PATIENCE)
        for name in ("a", "b", "c")
    ]
    with supervised(tmp_path, *children):
        pass
    assert Path(path).read_text() == "a b c "


def test_supervisor_that_has_ended_writes_into_no_file_of_others(tmp_path: Path) -> None:
    """What wakes it is closed, and the next file that is opened gets its number."""
    supervisor = Supervisor(plan_for(tmp_path), say=lambda _: None)
    supervisor.stop()
    supervisor.run()
    with ExitStack() as opened:
        others = [opened.enter_context((tmp_path / f"{n}").open("w")) for n in range(8)]
        supervisor.stop()
        assert [Path(other.name).read_text() for other in others] == [""] * 8


def start_alone(tmp_path: Path, *children: Child) -> subprocess.Popen[str]:
    """The supervisor as a process of its own, as `manage.py up` leaves it; ready when it greets."""
    write_plan(
        plan_for(tmp_path, *children, front=children[0].name, greeting="up"), tmp_path / "plan.json"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "runbook.processes", str(tmp_path / "plan.json")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    while supervisor.stdout.readline().strip() != "up":
        assert supervisor.poll() is None
    return supervisor


def test_supervisor_process_stops_everything_on_interrupt(tmp_path: Path) -> None:
    supervisor = start_alone(tmp_path, child("parent", PARENT))
    grandchild = int((tmp_path / "logs" / "parent.log").read_text().split()[1])
    supervisor.send_signal(signal.SIGINT)
    rest, _ = supervisor.communicate(timeout=PATIENCE)
    assert (supervisor.returncode, rest) == (0, "Stopping …\n")
    wait_until(lambda: not is_alive(grandchild), "the grandchild has ended")


def test_supervisor_process_hurries_when_interrupted_twice(tmp_path: Path) -> None:
    supervisor = start_alone(tmp_path, child("deaf", DEAF, patience=60.0), child("last", SLEEPER))
    assert supervisor.stdout is not None
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.stdout.readline() == "Stopping …\n"
    assert supervisor.poll() is None
    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=PATIENCE)
    assert supervisor.returncode == 0


def test_supervisor_process_leaves_no_orphan_when_killed(tmp_path: Path) -> None:
    supervisor = start_alone(tmp_path, child("parent", PARENT), child("deaf", DEAF))
    wait_until(lambda: "here" in _log(tmp_path, "deaf"), "deaf is there")
    wait_until(lambda: "here" in _log(tmp_path, "parent"), "parent is there")
    grandchild = int(_log(tmp_path, "parent").split()[1])
    supervisor.kill()
    supervisor.communicate(timeout=PATIENCE)
    wait_until(lambda: not is_alive(grandchild), "the grandchild has ended")
    wait_until(lambda: not _mentions(DEAF), "the deaf child has ended")


def _log(folder: Path, name: str) -> str:
    """What the child printed; nothing before it was started."""
    path = folder / "logs" / f"{name}.log"
    return path.read_text() if path.exists() else ""


def _mentions(code: str) -> bool:
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if code.encode() in entry.read_bytes() and is_alive(int(entry.parent.name)):
                return True
        except OSError:
            continue
    return False


def test_supervisor_says_what_it_waits_for_when_a_child_takes_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbook.processes.supervisor.SLOW_STOP", 0.2)
    slow = "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]);"
    slow += "print('here', flush=True); signal.sigwait([signal.SIGTERM]); time.sleep(2)"
    farewell = child("busy", slow, patience=30.0, farewell="something is finished first")
    with supervised(tmp_path, farewell, child("quick", SLEEPER, farewell="never said")) as running:
        pass
    assert [line for line in running.said if "first" in line or "never" in line] == [
        "busy      | something is finished first"
    ]
