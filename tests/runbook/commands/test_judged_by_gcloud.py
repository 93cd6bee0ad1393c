"""Every line of tests/data/judged, through the real gcloud and through ours, on equal simulators.

`make judge` prints the whole comparison, differences with their reasons.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook.commands import registry, shell
from tests.support.gcloud import IS_INSTALLED
from tests.support.judged_lines import Case, cases
from tests.support.judging import Verdict, judge_all

CASES = cases()

pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="the real gcloud is not installed here")


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    folder: Path = tmp_path_factory.mktemp("judged")
    return {_name(verdict.case): verdict for verdict in judge_all(CASES, folder)}


def _name(case: Case) -> str:
    return f"{case.source}: {case.line} in {case.scenario} after {' '.join(case.first)}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}: {case.line}")
def test_line_does_what_gcloud_does(verdicts: dict[str, Verdict], case: Case) -> None:
    assert verdicts[_name(case)].problems == ()


def test_lines_are_named_once() -> None:
    assert len({_name(case) for case in CASES}) == len(CASES)


def test_every_command_of_gcloud_is_judged() -> None:
    judged = {line.command.name for case in CASES for line in shell.read(case.line, {}).lines}
    known = {kind.name for kind in registry.known() if kind.name.startswith("gcloud ")}
    names = {name.removeprefix("gcloud ").removesuffix(" --data-file=-") for name in known}
    assert names - judged == {"monitoring time-series list"}  # gcloud has no such command


def test_enough_is_judged(verdicts: dict[str, Verdict]) -> None:
    equal = [verdict.case.kind for verdict in verdicts.values() if not verdict.excused]
    assert equal.count("reads") >= 45
    assert equal.count("changes") >= 20
