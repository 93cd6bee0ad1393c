"""Every command that changes something: planned, sent once, seen, taken back, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runbook.cloud import operations
from runbook.cloud.errors import CloudError
from runbook.commands import registry, shell
from runbook.commands.base import Effect, Plan
from tests.runbook.commands.change_drill import (
    Sends,
    interrupted,
    look,
    looked_until,
    made_ready,
    state_of,
)
from tests.runbook.commands.known_changes import CHANGES, PROTOCOLS, VALUE, Change
from tests.runbook.simulated import Simulated, line_of, simulated


def _named(change: Change) -> str:
    return change.kind


_EACH_WAY = [one for one in CHANGES if not one.kind.endswith(PROTOCOLS)]
"""One for each way of sending: health checks of all protocols go the same."""

every_change = pytest.mark.parametrize("change", CHANGES, ids=_named)
each_way = pytest.mark.parametrize("change", _EACH_WAY, ids=_named)
_WITHOUT_RESOURCE = {"hey", "loadtest"}
_ANSWERS = {
    "403": "failed",
    "409": "failed",
    "429": "failed",
    "503": "unknown",
    "drop": "unknown",
}
_AT_THE_END = ("Created", "Updated", "Deleted", "Restarted", "Done.", "Enabled", "Disabled")


@pytest.fixture(scope="module")
def fast_process() -> Iterator[Simulated]:
    with simulated(scenario="healthy", speed=500) as running_one:
        yield running_one


@pytest.fixture
def fast(fast_process: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    """A good day on which operations take no time and are looked at often."""
    monkeypatch.setattr(operations, "_PAUSES", ((20.0, 0.03),))
    fast_process.reset()
    return fast_process


def test_every_change_is_here() -> None:
    known = [kind.name for kind in registry.known() if kind.effect is not Effect.READS]
    assert sorted({change.kind for change in CHANGES} | _WITHOUT_RESOURCE) == sorted(known)


@every_change
def test_it_is_planned_sent_once_seen_and_taken_back(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    before = state_of(fast)
    assert look(fast, change, plan).verdict == "not applied"
    sends = Sends(fast)
    outcome = fast.run(change.line, plan)
    assert (outcome.state, sends.count()) == ("succeeded", change.requests), outcome.message
    assert looked_until(fast, change, plan, "applied") == "applied"
    _assert_not_twice(fast, change, plan)
    _assert_nothing_left_to_do(fast, change)
    _assert_taken_back(fast, change, plan, before)


def _assert_not_twice(cloud: Simulated, change: Change, plan: Plan) -> None:
    """The resource is no longer the one that was planned for."""
    sends = Sends(cloud)
    again = cloud.run(change.line, plan)
    assert (again.state, sends.count()) == ("failed", 0)
    assert "was changed since this was planned" in again.message


def _assert_nothing_left_to_do(cloud: Simulated, change: Change) -> None:
    again = cloud.plan(change.line)
    assert change.repeats or again.refusals != () or again.changes == ()
    assert (again.undo == "" or change.repeats) and (again.undo or again.why_no_undo)


def _assert_taken_back(
    cloud: Simulated, change: Change, plan: Plan, before: dict[str, Any]
) -> None:
    assert (plan.undo == "", plan.why_no_undo != "") == (change.undone == "never",) * 2
    for line in plan.undo.splitlines():
        assert cloud.run(line).state == "succeeded"
    if change.undone == "state":
        assert looked_until(cloud, change, plan, "not applied") == "not applied"
        assert state_of(cloud) == before
    if change.undone == "fields":
        assert _wanted(cloud.plan(change.line)) == _wanted(plan)


def _wanted(plan: Plan) -> dict[str, Any]:
    """Without the image, which stays pinned to the one that runs."""
    return {one.path: one.before for one in plan.changes if not one.path.endswith(".image")}


@each_way
def test_a_lost_reply_is_unknown_and_the_probe_tells(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    sends = Sends(fast)
    fast.arm(match="/", kind="reply-lost")
    assert (fast.run(change.line, plan).state, sends.count()) == ("unknown", 1)
    seen = "applied" if change.requests == 1 else "differs"
    assert looked_until(fast, change, plan, seen) == seen
    _assert_not_twice(fast, change, plan)


@each_way
def test_it_is_sent_once_whatever_google_says(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    for kind, state in _ANSWERS.items():
        sends = Sends(fast)
        fast.arm(match="/", method=change.method, kind=kind, times=0)
        outcome = fast.run(change.line, plan)
        assert (kind, outcome.state, sends.count()) == (kind, state, 1), outcome.message
        fast.disarm()
    assert look(fast, change, plan).verdict == "not applied"


@each_way
def test_it_is_not_sent_when_the_resource_cannot_be_read(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    sends = Sends(fast)
    fast.arm(match="/", method="GET", kind="403", times=0)
    assert (fast.run(change.line, plan).state, sends.count()) == ("failed", 0)


@pytest.mark.parametrize(
    ("kind", "state", "deadline"),
    [("operation-fails", "failed", 60.0), ("operation-never-ends", "unknown", 0.3)],
)
@pytest.mark.parametrize("change", [one for one in _EACH_WAY if one.waits], ids=_named)
def test_an_operation_that_does_not_end_well(
    fast: Simulated, change: Change, kind: str, state: str, deadline: float
) -> None:
    plan = made_ready(fast, change)
    sends = Sends(fast)
    fast.arm(match="/", kind=kind)
    outcome = fast.run(change.line, plan, deadline=deadline)
    assert (outcome.state, sends.count()) == (state, 1), outcome.message
    assert look(fast, change, plan).verdict in ("not applied", "differs")


@each_way
def test_cancelling_tells_whether_anything_was_sent(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    sends = Sends(fast)
    state = interrupted(fast, change, plan, ("",), happens="cancelled").state
    expected = "unknown" if change.waits else "succeeded"
    assert state == (expected if sends.count() else "cancelled")


@pytest.mark.parametrize("happens", ["cancelled", "unreadable"])
@each_way
def test_what_happens_after_the_end_takes_nothing_back(
    fast: Simulated, change: Change, happens: str
) -> None:
    plan = made_ready(fast, change)
    outcome = interrupted(fast, change, plan, _AT_THE_END, happens=happens)
    assert outcome.state == "succeeded", outcome.message
    fast.disarm()
    assert looked_until(fast, change, plan, "applied") == "applied"


@pytest.mark.parametrize("change", [one for one in CHANGES if one.absent], ids=_named)
def test_what_is_not_there_is_not_changed(fast: Simulated, change: Change) -> None:
    try:
        plan = fast.plan(change.absent)
    except CloudError as error:
        assert error.kind == "NOT_FOUND"
    else:
        assert (plan.refusals != (), plan.undo) == (True, "")


@each_way
def test_it_is_waited_for_and_nobody_is_asked(change: Change) -> None:
    assert shell.read(f"{change.line} --async", {}).reason != ""
    quiet = line_of(f"{change.line} --quiet").command
    assert quiet.as_gcloud() == line_of(change.line).command.as_gcloud()


@pytest.mark.parametrize("change", [one for one in CHANGES if VALUE in one.line])
def test_a_value_is_shown_nowhere(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    outcome = fast.run(change.line, plan)
    command = line_of(change.line).command
    shown = (plan, outcome, command, command.as_gcloud(), line_of(change.line), fast.printed)
    assert VALUE not in repr(shown)
