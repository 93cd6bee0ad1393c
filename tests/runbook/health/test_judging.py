"""Thresholds with hysteresis: what counts, what clears, and what flapping and gaps must not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.health.judging import Reading, Standing, is_stale, judge
from runbook.health.metrics import METRICS
from runbook.health.thresholds import Threshold

START = datetime(2026, 1, 16, tzinfo=UTC)
GAP = 360.0
HIGH = Threshold(
    name="utilisation",
    title="Utilisation",
    metric=METRICS["connector.utilisation"],
    value=80,
    clears=70,
    seconds=300,
    clears_seconds=300,
)
LOW = Threshold(
    name="instances",
    title="Instances",
    metric=METRICS["connector.instances"],
    value=2,
    clears=2,
    is_above=False,
)


def minutes(*values: float, first: int = 0) -> list[Reading]:
    return [
        Reading(START + timedelta(minutes=first + number), value)
        for number, value in enumerate(values)
    ]


def judged(*values: float, threshold: Threshold = HIGH) -> Standing:
    found = judge(threshold, None, minutes(*values), longest_gap=GAP)
    assert found is not None
    return found


def states(*values: float) -> list[str]:
    return [judged(*values[: number + 1]).state for number in range(len(values))]


def test_it_counts_after_its_time_and_clears_after_its_time() -> None:
    assert states(*[90] * 6, *[65] * 6) == [
        *["rising"] * 5,
        "over",
        *["falling"] * 5,
        "normal",
    ]


def test_what_comes_back_before_its_time_never_counted() -> None:
    assert states(90, 90, 90, 75, 90) == ["rising", "rising", "rising", "normal", "rising"]


def test_between_both_values_nothing_moves() -> None:
    assert set(states(75, 79, 71, 80)) == {"normal"}
    assert judged(*[90] * 6, 75, 79, 71, 80).state == "over"


def test_without_a_time_one_reading_counts_and_one_clears() -> None:
    assert judged(1, threshold=LOW).state == "over"
    assert judged(1, 2, threshold=LOW).state == "normal"


def test_gap_is_neither_over_nor_normal() -> None:
    rising = judged(90, 90)
    later = minutes(90, 90, 90, first=30)

    assert is_stale(rising, later[0].at, longest_gap=GAP)
    again = judge(HIGH, rising, later, longest_gap=GAP)
    assert again is not None
    assert (again.state, again.since) == ("rising", later[0].at)


SOON = replace(HIGH, seconds=180, clears_seconds=180)


def at_minutes(*found: int, value: float = 90) -> list[Reading]:
    return [Reading(START + timedelta(minutes=one), value) for one in found]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ((0, 1, 2, 3), "over"),
        ((0, 1, 3), "over"),
        ((0, 1, 2, 6), "rising"),
        ((0, 1, 6, 7, 8), "rising"),
        ((0, 1, 6, 7, 8, 9), "over"),
        ((0, 5), "over"),
        ((0, 6), "rising"),
    ],
)
def test_unknown_minutes_do_not_make_up_its_time(found: tuple[int, ...], state: str) -> None:
    """Of a number that is written every five minutes two readings must do."""
    standing = judge(SOON, None, at_minutes(*found), longest_gap=GAP)
    assert standing is not None
    assert standing.state == state


def test_readings_of_checks_do_not_make_up_its_time_either() -> None:
    """They come one by one."""
    (first, missed, late) = at_minutes(0, 2, 6)
    begun = judge(SOON, None, [first], longest_gap=GAP)

    assert begun is not None
    for reading, since in ((missed, first.at), (late, late.at)):
        standing = judge(SOON, begun, [reading], longest_gap=GAP)
        assert standing is not None
        assert (standing.state, standing.since) == ("rising", since)


def test_what_clears_needs_its_time_as_well() -> None:
    over = judge(SOON, None, at_minutes(0, 1, 2, 3), longest_gap=GAP)
    cleared = judge(SOON, over, at_minutes(4, 5, 10, 11, value=50), longest_gap=GAP)
    assert cleared is not None
    assert cleared.state == "falling"


def test_nothing_read_says_nothing() -> None:
    over = judged(*[90] * 6)

    assert judge(HIGH, None, [], longest_gap=GAP) is None
    assert judge(HIGH, over, [], longest_gap=GAP) == over


values = st.lists(st.sampled_from([60.0, 70.0, 75.0, 80.0, 81.0, 95.0]), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None)
@given(values, st.integers(min_value=1, max_value=7))
def test_how_readings_are_parcelled_out_does_not_matter(found: list[float], size: int) -> None:
    """Read twice, as overlapping windows do, they count once."""
    readings = minutes(*found)
    standing = None
    for number in range(0, len(readings), size):
        overlap = readings[max(0, number - 3) : number + size]
        standing = judge(HIGH, standing, overlap, longest_gap=GAP)

    assert standing == judge(HIGH, None, readings, longest_gap=GAP)


@settings(max_examples=150, deadline=None)
@given(values)
def test_it_begins_and_ends_only_after_an_unbroken_time(found: list[float]) -> None:
    counted = False
    for number in range(len(found)):
        standing = judged(*found[: number + 1])
        lately = found[max(0, number - 5) : number + 1]
        if standing.counts and not counted:
            assert len(lately) == 6
            assert min(lately) > HIGH.value
        if counted and not standing.counts:
            assert max(lately) <= HIGH.clears
        counted = standing.counts
