"""A change that Google has taken keeps the next one back, whatever became of its reply.

Compute Engine knows a request by its id; for the others an operation that has not ended is looked
for before anything is sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from runbook.cloud import operations
from runbook.cloud.sessions import Session
from runbook.commands import registry, running
from runbook.commands.base import Effect
from runbook.commands.unfinished import refused_while, under_way, warned_of
from tests.runbook.commands.change_drill import Sends, looked_until, made_ready
from tests.runbook.commands.known_changes import CHANGES, Change
from tests.runbook.simulated import Simulated, line_of, simulated

_IS_COMPUTE = "gcloud compute "
_CONNECTORS = "gcloud compute networks vpc-access "


def _is_compute(change: Change) -> bool:
    return change.kind.startswith(_IS_COMPUTE) and not change.kind.startswith(_CONNECTORS)


def _named(change: Change) -> str:
    return change.kind


_COMPUTE = [one for one in CHANGES if _is_compute(one)]
_WATCHED = [one for one in CHANGES if one.waits and not _is_compute(one)]


@pytest.fixture(scope="module")
def fast_process() -> Iterator[Simulated]:
    with simulated(scenario="healthy", speed=500) as running_one:
        yield running_one


@pytest.fixture(scope="module")
def slow_process() -> Iterator[Simulated]:
    with simulated(scenario="healthy", speed=0.05) as running_one:
        yield running_one


@pytest.fixture
def fast(fast_process: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    monkeypatch.setattr(operations, "_PAUSES", ((20.0, 0.03),))
    fast_process.reset()
    return fast_process


@pytest.fixture
def slow(slow_process: Simulated) -> Simulated:
    """Operations take longer than any test of them, also on a busy machine."""
    slow_process.reset()
    return slow_process


@pytest.mark.parametrize("change", _WATCHED, ids=_named)
def test_the_next_change_is_kept_back_after_a_lost_reply(slow: Simulated, change: Change) -> None:
    early = made_ready(slow, change)
    slow.arm(match="/", kind="reply-lost")
    assert slow.run(change.line, early).state == "unknown"
    late = slow.plan(change.line)
    assert late.warnings[0].startswith("Google is still busy with the ")
    assert late.warnings[0].endswith(" UTC. Nothing is sent before that is done.")
    for plan in (early, late):
        sends = Sends(slow)
        outcome = slow.run(change.line, plan)
        assert (outcome.state, sends.count()) == ("failed", 0), outcome.message
        assert outcome.message.startswith("Google is still busy with the ")
        assert outcome.message.endswith(
            " UTC; nothing was sent. Wait until it is done, then plan again."
        )


@pytest.mark.parametrize("change", _WATCHED, ids=_named)
def test_nothing_is_kept_back_once_it_has_ended(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    assert not any("still busy" in warning for warning in plan.warnings)
    fast.arm(match="/", kind="reply-lost")
    assert fast.run(change.line, plan).state == "unknown"
    assert looked_until(fast, change, plan, "applied") == "applied"
    if change.repeats or not plan.undo:
        assert not any("still busy" in one for one in fast.plan(change.line).warnings)
    for line in plan.undo.splitlines():
        assert fast.run(line).state == "succeeded"


def _asked(cloud: Simulated) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud._control("GET", "log")["requests"]
    return [one for one in found if one["method"] != "GET" and one["path"].startswith("/compute/")]


def test_compute_has_changes_of_its_own() -> None:
    kinds = {kind.name for kind in registry.known() if kind.effect is not Effect.READS}
    own = {name for name in kinds if name.startswith(_IS_COMPUTE)}
    assert {one.kind for one in _COMPUTE} == {
        name for name in own if not name.startswith(_CONNECTORS)
    }


@pytest.mark.parametrize("change", _COMPUTE, ids=_named)
def test_compute_gets_the_id_of_the_run(fast: Simulated, change: Change) -> None:
    plan = made_ready(fast, change)
    before, wanted = len(_asked(fast)), str(uuid.uuid4())
    session = Session(fast.target(), request_id=wanted)
    outcome = running.execute(line_of(change.line), session, fast.target(), fast.emit, plan)
    assert outcome.state == "succeeded", outcome.message
    (sent,) = _asked(fast)[before:]
    assert parse_qs(sent["query"])["requestId"] == [wanted]


def test_what_is_under_way_is_told_with_its_moment() -> None:
    told = under_way("the operation UPDATE a", "2026-11-21T19:20:31.123456789Z")
    assert told == "the operation UPDATE a since 2026-11-21 19:20:31 UTC"
    assert under_way("the operation UPDATE a", None) == "the operation UPDATE a"
    assert (refused_while(""), warned_of("")) == ("", ())
