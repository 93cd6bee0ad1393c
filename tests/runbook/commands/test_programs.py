"""Programs of the operator's own: listed word by word, run without a shell, ended for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import registry, running, shell
from runbook.commands.base import Cancelled, Effect, Line, Outcome, Stream
from runbook.commands.programs import Program, why_not_listable

WRITTEN = "python scripts/deploy.py"
TARGET = Target("staging", "netra-staging", "us-central1", programs=("deploy",))


@pytest.fixture
def deploy(tmp_path: Path) -> Program:
    """A listed program whose text the tests write to `deploy.py`."""
    return Program(
        name="deploy",
        written=WRITTEN,
        executable=(sys.executable, "deploy.py"),
        effect=Effect.READS,
        folder=str(tmp_path),
        seconds=20.0,
        pattern=r"--?[a-z-]+(=[a-z0-9-]+)?|[a-z0-9-]+",
    )


class Heard:
    """An `Emit` that keeps what it hears, and cancels at a word."""

    def __init__(self, cancel_at: str = "\0") -> None:
        self.lines: list[tuple[Stream, str]] = []
        self._cancel_at = cancel_at

    def __call__(self, text: str, stream: Stream = "stdout") -> None:
        self.lines.append((stream, text))
        if self._cancel_at in text:
            raise Cancelled


def line_of(text: str, program: Program) -> Line:
    read = shell.read(text, {}, [program])
    assert read.reason == ""
    (line,) = read.lines
    return line


def run(program: Program, script: str, heard: Heard, text: str = WRITTEN) -> Outcome:
    (Path(program.folder) / "deploy.py").write_text(script)
    session = Session(TARGET)
    line = line_of(text, program)
    plan = running.plan(line, session, TARGET)
    return running.execute(line, session, TARGET, heard, plan)


def has_ended(pid: int) -> bool:
    """Waits a little: what is killed needs a moment to be gone."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_programs_are_off_by_default(deploy: Program) -> None:
    assert shell.read(WRITTEN, {}).reason == "python is not a program that is run from here."


def test_read_takes_listed_words_and_gives_them_again(deploy: Program) -> None:
    line = line_of(f"timeout 5 {WRITTEN} --project=a b 2>&1 | head -3", deploy)
    assert line.command.as_gcloud() == f"{WRITTEN} --project=a b"
    assert shell.read(line.text, {}, [deploy]).lines == (line,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{WRITTEN} ../x", "deploy may not be given the argument '../x'."),
        (f"{WRITTEN} 'a\nb'", "The command holds an invisible character (U+000A)."),
        (f"{WRITTEN} ''", "deploy may not be given the argument ''."),
        ("python scripts/other.py", "python is not a program that is run from here."),
        ("python", "python is not a program that is run from here."),
        (f"{WRITTEN} a; rm -rf /", "rm is not a program that is run from here."),
        (f"{WRITTEN} a > b", "Writing into a file is not done from here."),
        (f"{WRITTEN} $(id)", "Command substitution $(…) needs a shell."),
    ],
)
def test_read_refuses_what_the_list_does_not_permit(deploy: Program, text: str, why: str) -> None:
    assert shell.read(text, {}, [deploy]).reason == why


def test_a_program_without_pattern_takes_no_argument(deploy: Program) -> None:
    bare = replace(deploy, pattern="")
    assert shell.read(WRITTEN, {}, [bare]).lines
    assert shell.read(f"{WRITTEN} a", {}, [bare]).lines == ()


def test_the_longest_beginning_wins(deploy: Program) -> None:
    short = replace(deploy, name="python", written="python", pattern=".*")
    for programs in ([deploy, short], [short, deploy]):
        (line,) = shell.read(WRITTEN, {}, programs).lines
        assert line.command.resource == "deploy"


def test_commands_of_ours_are_never_replaced(deploy: Program) -> None:
    own = replace(deploy, written="curl", pattern=".*")
    (line,) = shell.read("curl https://a.example.com/", {}, [own]).lines
    assert line.command.name == "curl"
    assert shell.read("gcloud foo bar", {}, [replace(own, written="gcloud")]).lines == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ""),
        ({"written": "python 'x"}, "A quote in the words that start the program is not closed."),
        ({"written": ""}, "A program needs a name and the words that start it in a runbook."),
        ({"written": "python  x"}, "Write the words that start the program as python x."),
        ({"written": "gcloud x"}, "'gcloud' already means something here and cannot start a"),
        ({"executable": ("python",)}, "The executable is given as an absolute path."),
        ({"folder": "x"}, "The working folder is given as an absolute path."),
        ({"pattern": "("}, "'(' is not a regular expression."),
        ({"pattern": "(a+)+"}, "'(a+)+' could take for ever."),
        ({"seconds": 0.0}, "A time limit lies between 0 and 3600 seconds."),
        ({"variables": ("LD_PRELOAD",)}, "'LD_PRELOAD' is not a variable that is passed on."),
        ({"variables": ("RUNBOOK_SECRET_KEY",)}, "'RUNBOOK_SECRET_KEY' is not a variable that"),
        ({"variables": ("DATABASE_URL",)}, "'DATABASE_URL' is not a variable that is passed on."),
    ],
)
def test_why_not_listable(deploy: Program, changed: dict[str, object], why: str) -> None:
    found = why_not_listable(replace(deploy, **changed), registry.first_words())  # type: ignore[arg-type]  # one field each
    assert found.startswith(why) if why else found == ""


def test_both_streams_are_heard_and_the_environment_is_clean(
    deploy: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SECRET_KEY", "secret")
    monkeypatch.setenv("STAGE", "blue")
    heard = Heard()
    script = (
        "import os, sys; print('out', sys.argv[1:]); print('err', file=sys.stderr); "
        "print(sorted(set(os.environ) - {'LC_CTYPE'}), os.getcwd()); sys.stdout.write('no end')"
    )
    outcome = run(replace(deploy, variables=("STAGE",)), script, heard, f"{WRITTEN} --a b")
    assert outcome.state == "succeeded"
    assert ("stderr", "err") in heard.lines
    assert [text for stream, text in heard.lines if stream == "stdout"] == [
        "out ['--a', 'b']",
        f"['LANG', 'PATH', 'PYTHONUNBUFFERED', 'STAGE'] {deploy.folder}",
        "no end",
    ]


def test_an_exit_status_is_the_outcome(deploy: Program) -> None:
    outcome = run(deploy, "raise SystemExit(3)", Heard())
    assert (outcome.state, outcome.message) == ("failed", "The program ended with status 3.")
    assert isinstance(outcome.result, dict)
    assert outcome.result["exit"] == 3


def test_what_cannot_be_started_failed(deploy: Program) -> None:
    outcome = run(replace(deploy, executable=("/nowhere/at/all",)), "", Heard())
    assert outcome.message == "/nowhere/at/all cannot be started: No such file or directory."


STUBBORN = """
trap '' TERM
sleep 600 &
echo $$ $!
wait
"""
"""For a shell, which is there at once however busy the machine is."""


@pytest.fixture
def stubborn(deploy: Program) -> Program:
    return replace(deploy, executable=("/bin/sh", "deploy.py"))


def test_cancelling_ends_the_whole_group(stubborn: Program) -> None:
    heard = Heard(cancel_at="still running")
    assert run(stubborn, STUBBORN, heard).state == "cancelled"
    assert all(has_ended(int(pid)) for pid in heard.lines[0][1].split())


def test_a_time_out_ends_the_whole_group(stubborn: Program) -> None:
    heard = Heard()
    outcome = run(stubborn, STUBBORN, heard, f"timeout 2 {WRITTEN}")
    assert outcome.state == "failed"
    assert outcome.message.startswith("Stopped after its time limit")
    assert all(has_ended(int(pid)) for pid in heard.lines[0][1].split())


def test_what_the_program_left_behind_ends_with_it(deploy: Program) -> None:
    heard = Heard()
    script = "import subprocess; print(subprocess.Popen(['/bin/sleep', '600']).pid)"
    assert run(deploy, script, heard).state == "succeeded"
    assert has_ended(int(heard.lines[0][1]))


def test_a_stopped_change_is_unknown_and_a_cancelled_one_too(stubborn: Program) -> None:
    change = replace(stubborn, effect=Effect.CHANGES, seconds=0.5)
    assert run(change, STUBBORN, Heard()).state == "unknown"
    again = replace(change, seconds=20.0)
    assert run(again, STUBBORN, Heard(cancel_at="still running")).state == "unknown"


def test_a_change_is_planned_as_what_nobody_foresees(deploy: Program) -> None:
    line = line_of(f"{WRITTEN} a", replace(deploy, effect=Effect.CHANGES))
    plan = running.plan(line, Session(TARGET), TARGET)
    assert plan.changes[0].after == f"{WRITTEN} a"
    assert plan.warnings == (
        f"This runs {sys.executable} deploy.py a in {deploy.folder} for at most 20 s.",
        "Nobody can foresee from here what a program of your own does.",
    )
    assert (plan.undo, plan.why_no_undo[:4]) == ("", "What")


def test_an_approval_holds_only_for_the_list_it_was_given_for(deploy: Program) -> None:
    change = replace(deploy, effect=Effect.CHANGES)
    plan = running.plan(line_of(WRITTEN, change), Session(TARGET), TARGET)
    other = line_of(WRITTEN, replace(change, executable=("/bin/true",)))
    outcome = running.execute(other, Session(TARGET), TARGET, Heard(), plan)
    assert outcome.message == "The list was changed since this was planned. Plan again."


def test_a_program_that_is_no_longer_listed_is_refused(deploy: Program) -> None:
    nothing = replace(TARGET, programs=())
    outcome = running.execute(line_of(WRITTEN, deploy), Session(nothing), nothing, Heard())
    assert outcome.message == "deploy is not a program that staging lists. Nothing was sent."


def test_a_dead_worker_leaves_no_orphan(deploy: Program) -> None:
    worker = """
import sys
from runbook.commands.program_process import run_to_end
run_to_end(["/bin/sh", "-c", sys.argv[1]], folder="/", variables=(), seconds=600,
           emit=lambda text, stream="stdout": print(text, flush=True))
"""
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", worker, STUBBORN], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        os.kill(process.pid, signal.SIGKILL)
    assert len(pids) == 2
    assert all(has_ended(pid) for pid in pids)


def test_a_pattern_permits_no_letters_and_digits_that_look_alike(deploy: Program) -> None:
    digits = replace(deploy, pattern=r"--count=\d+|--name=\w+")
    assert shell.read(f"{WRITTEN} --count=12 --name=auth", {}, [digits]).lines
    for argument in ("--count=\u0661\u0662", "--name=\u0430uth", "--count=1\u00b2"):
        assert shell.read(f"{WRITTEN} {argument}", {}, [digits]).lines == ()


def test_more_output_than_is_kept_is_said(deploy: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runbook.commands.program_output.MOST_BYTES", 1000)
    heard = Heard()
    outcome = run(deploy, "import sys; sys.stdout.write('a\\xff\\n' * 100_000)", heard)
    said = [text for stream, text in heard.lines if stream == "stderr"]
    assert outcome.state == "succeeded"
    assert said == ["--- more output than is kept; the rest is left out ---"]


def test_what_left_the_group_keeps_no_run_waiting(deploy: Program) -> None:
    heard = Heard()
    script = (
        "import subprocess; print(subprocess.Popen("
        "['/bin/sleep', '600'], start_new_session=True).pid)"
    )
    outcome = run(deploy, script, heard)
    daemon = int(heard.lines[0][1])
    assert outcome.state == "succeeded"
    assert Path(f"/proc/{daemon}").exists()
    os.kill(daemon, signal.SIGKILL)
