"""The real gcloud as the judge: one line through gcloud and through `try`, on equal simulators.

Compared are the exit status, standard output, and what the simulator holds afterwards. By hand:
`python -m tests.support.judging 'gcloud …'` or `… tests/data/judged/NAME.yaml`.
"""

import difflib
import io
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tests.runbook.simulator.running import Running, Time, running, until
from tests.support.gcloud import Gcloud
from tests.support.judged_lines import Case, cases_of

LANES = 4  # commands that change something mostly wait
_SPEED = 50.0
# What no two runs have alike: moments, Google's numbers and tokens, addresses of simulators.
_MOMENTS = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?|\d{4}-\d\d-\d\dT[\d:.Z+-]+"
)
_OPERATIONS = re.compile(r"operation-[0-9a-f-]+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
# Who deployed a Cloud Run service, and the client's random mark that forces a revision.
_CLIENTS = re.compile(
    r'"(?:client\.knative\.dev/nonce|run\.googleapis\.com/client-(?:name|version))": "[^"]*",?\s*'
)
_VOLATILE = {"id", "etag", "fingerprint", "resourceVersion", "uid", "settingsVersion", "serial"}


@dataclass(frozen=True)
class Answer:
    exit: int
    stdout: str
    stderr: str = ""


@dataclass(frozen=True)
class Verdict:
    """`problems` are differences without a reason, `excused` those with one."""

    case: Case
    gcloud: Answer
    ours: Answer
    problems: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()


@dataclass
class Lane:
    """Two simulators of one scenario that run side by side, in one time; `folder` is gcloud's.

    That stands still while both are read: an entry of the log that is written in between would be
    in one answer only."""

    folder: Path
    theirs: Running
    ours: Running
    time: Time
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.port = int(self.theirs.address.rsplit(":", 1)[1])

    def judge(self, case: Case) -> Verdict:
        """Both from the same beginning."""
        for simulator in (self.theirs, self.ours):
            simulator.http.post("/_simulator/reset").raise_for_status()
            simulator.http.delete("/_simulator/faults").raise_for_status()
            for line in case.first:
                done = attempt(line, simulator.address)
                assert done.exit == 0, f"{line}: {done.stderr}"
        with self.time.held() if case.kind == "reads" else nullcontext():
            theirs = self._ask_gcloud(case.line)
            ours = attempt(case.line, self.ours.address)
        problems = dict(_differences(theirs, ours))
        if case.kind == "refused":
            problems.pop("stdout", None)
        if case.kind == "changes":
            problems |= self._states() | self._read_each_other(case.read)
        return Verdict(
            case,
            theirs,
            ours,
            problems=tuple(text for name, text in problems.items() if name not in case.differs),
            excused=tuple(text for name, text in problems.items() if name in case.differs),
        )

    def _ask_gcloud(self, line: str) -> Answer:
        done = Gcloud(self.folder, self.port).shell(line)
        return Answer(done.returncode, done.stdout, done.stderr)

    def _states(self) -> dict[str, str]:
        """Once all that was begun is done, in the background too."""
        for simulator in (self.theirs, self.ours):
            until(partial(is_at_rest, simulator))
        theirs, ours = state_of(self.theirs), state_of(self.ours)
        return {} if theirs == ours else {"state": _difference("the state after", theirs, ours)}

    def _read_each_other(self, line: str) -> dict[str, str]:
        """Our change as gcloud sees it, and gcloud's as we see it."""
        port = int(self.ours.address.rsplit(":", 1)[1])
        seen = Gcloud(self.folder, port).shell(line).stdout
        found = attempt(line, self.theirs.address).stdout
        same = _masked(seen) == _masked(found)
        return {} if same else {"read": _difference("read by the other", found, seen)}


def attempt(line: str, address: str) -> Answer:
    """`manage.py try` against the simulator at `address`."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(
            "try", line, endpoint=address, allow_changes=True, stdout=out, stderr=err, no_color=True
        )
    except SystemExit as end:
        status = int(end.code or 0)
    return Answer(status, out.getvalue(), err.getvalue())


def _differences(theirs: Answer, ours: Answer) -> Iterator[tuple[str, str]]:
    if theirs.exit != ours.exit:
        words = f"gcloud: {theirs.stderr.strip()[-300:]}\n    ours: {ours.stderr.strip()[-300:]}"
        yield "exit", f"exit status {theirs.exit} became {ours.exit}\n    {words}"
    if _masked(theirs.stdout) != _masked(ours.stdout):
        yield "stdout", _difference("stdout", theirs.stdout, ours.stdout)


def _difference(name: str, theirs: str, ours: str) -> str:
    lines = difflib.unified_diff(
        _masked(theirs).splitlines(), _masked(ours).splitlines(), "gcloud", "ours", lineterm="", n=1
    )
    return "\n    ".join([f"{name} differs:", *list(lines)[:40]])


def _masked(text: str) -> str:
    return _CLIENTS.sub("", _OPERATIONS.sub("OPERATION", _MOMENTS.sub("MOMENT", text)))


def is_at_rest(simulator: Running) -> bool:
    return all(one["done"] for one in simulator.get("/_simulator/state")["operations"].values())


def state_of(simulator: Running) -> str:
    """The resources and what was done to them, without what differs from run to run."""
    state = simulator.get("/_simulator/state")
    done = [(one["kind"], one["verb"], one["target"]) for one in state["operations"].values()]
    kept = {"resources": _without_volatile(state["resources"]), "operations": sorted(done)}
    return _masked(json.dumps(kept, indent=1, sort_keys=True))


def _without_volatile(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_volatile(item) for key, item in value.items() if key not in _VOLATILE}
    return [_without_volatile(item) for item in value] if isinstance(value, list) else value


@contextmanager
def lane(folder: Path, scenario: str) -> Iterator[Lane]:
    folder.mkdir(parents=True, exist_ok=True)
    time_of_both = Time()
    with (
        running(scenario=scenario, speed=_SPEED, now=time_of_both) as theirs,
        running(scenario=scenario, speed=_SPEED, now=time_of_both) as ours,
    ):
        yield Lane(folder, theirs, ours, time_of_both)


def judge_all(wanted: list[Case], folder: Path) -> list[Verdict]:
    """Judges in `LANES` lanes at a time; verdicts come in the order of the cases."""
    verdicts: dict[int, Verdict] = {}
    numbered = list(enumerate(wanted))

    def work(number: int) -> None:
        for scenario in sorted({case.scenario for case in wanted}):
            mine = [one for one in numbered[number::LANES] if one[1].scenario == scenario]
            if mine:
                with lane(folder / f"{number}", scenario) as one_lane:
                    verdicts.update({at: one_lane.judge(case) for at, case in mine})

    with ThreadPoolExecutor(LANES) as pool:
        for _ in pool.map(work, range(LANES)):
            pass
    return [verdicts[at] for at, _ in numbered]


def _main(words: list[str]) -> int:
    import logging  # noqa: PLC0415 (only by hand)
    import tempfile  # noqa: PLC0415 (only by hand)

    import django  # noqa: PLC0415 (only by hand)

    django.setup()
    logging.disable(logging.INFO)
    files = [Path(word) for word in words if word.endswith(".yaml")]
    found = [case for path in files for case in cases_of(path)]
    found += [Case("reads", word) for word in words if not word.endswith(".yaml")]
    with tempfile.TemporaryDirectory() as folder:
        verdicts = judge_all(found, Path(folder))
    for verdict in verdicts:
        mark = "differs" if verdict.problems else "excused" if verdict.excused else "equal"
        print(f"{mark:8} {verdict.case.line}")  # noqa: T201 (by hand)
        for problem in (*verdict.problems, *verdict.excused):
            print(f"    {problem}")  # noqa: T201 (by hand)
    equal = sum(not (verdict.problems or verdict.excused) for verdict in verdicts)
    print(f"{equal} of {len(verdicts)} equal")  # noqa: T201 (by hand)
    return int(any(verdict.problems for verdict in verdicts))


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.exit(_main(sys.argv[1:]))
