"""What takes a change back: lines that run as they are, each a change with an undo of its own."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.cloud import operations
from runbook.commands.base import NotRunnable, Plan
from runbook.commands.undo import undo_lines
from tests.runbook.commands.change_drill import looked_until, made_ready, state_of
from tests.runbook.commands.known_changes import CHANGES, PROTOCOLS, Change
from tests.runbook.simulated import HERE, Simulated, line_of, simulated

_PATCH = "gcloud sql instances patch netra-staging-db"
_SEVERAL = (
    Change("flags beside others", f"{_PATCH} --database-flags=work_mem=8192 {HERE}", "state"),
    Change(
        "no traffic",
        "gcloud run services update auth-staging --memory=2Gi --no-traffic "
        f"--region=us-central1 {HERE}",
        "fields",
    ),
)
_UNDONE = [
    one
    for one in (*CHANGES, *_SEVERAL)
    if one.undone != "never" and one.kind.split()[-1] not in PROTOCOLS
]


def _named(change: Change) -> str:
    return change.kind


@pytest.fixture(scope="module")
def fast_process() -> Iterator[Simulated]:
    with simulated(scenario="healthy", speed=500) as running_one:
        yield running_one


@pytest.fixture
def fast(fast_process: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    monkeypatch.setattr(operations, "_PAUSES", ((20.0, 0.03),))
    fast_process.reset()
    return fast_process


def test_no_text_is_no_line() -> None:
    assert undo_lines("") == undo_lines("\n ") == ()


def test_lines_come_in_the_order_in_which_they_run() -> None:
    first, second = (
        f"{_PATCH} --clear-database-flags {HERE}",
        f"{_PATCH} --storage-size=20GB {HERE}",
    )
    assert undo_lines(f"{first}\n{second}") == (first, second)
    assert undo_lines(f"{second}\n{first}\n") == (second, first)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (f"gcloud sql instances destroy a {HERE}", "not run from here"),
        (
            f"{_PATCH} --storage-size=20GB {HERE}\ngcloud sql instances describe a {HERE}",
            "not all of it",
        ),
        (f"{_PATCH} --tier='2\n3' {HERE}", "not run from here"),
    ],
)
def test_what_is_no_change_is_refused_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(NotRunnable, match=word):
        undo_lines(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30))
def test_a_line_is_one_line_whatever_its_values_hold(value: str) -> None:
    start = ["gcloud", "logging", "sinks", "create", "a", "storage.googleapis.com/b"]
    text = shlex.join([*start, f"--log-filter={value}", HERE])
    assert undo_lines(f"{text}\n{text}") == (text, text)


def _undone(cloud: Simulated, text: str) -> list[Plan]:
    """Runs each line of an undo and gives their plans."""
    plans = []
    for line in undo_lines(text):
        assert line_of(line).text == line
        plans.append(cloud.plan(line))
        assert plans[-1].refusals == ()
        assert cloud.run(line, plans[-1]).state == "succeeded"
    return plans


@pytest.mark.parametrize("change", _UNDONE, ids=_named)
def test_the_undo_of_an_undo_is_the_change_again(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    assert fast.run(change.line, plan).state == "succeeded"
    assert looked_until(fast, change, plan, "applied") == "applied"
    done = state_of(fast)
    back = _undone(fast, plan.undo)
    for one in reversed(back):
        assert (one.undo == "") == (one.why_no_undo != "")
        _undone(fast, one.undo)
    if all(one.undo for one in back) and change.undone == "state":
        assert looked_until(fast, change, plan, "applied") == "applied"
        assert state_of(fast) == done
