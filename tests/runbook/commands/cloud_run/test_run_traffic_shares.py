"""Percents of traffic: what is asked for, what the others get, and what stays of tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.commands.cloud_run.traffic import (
    LATEST,
    Share,
    percents,
    shares,
    with_percents,
    with_tags,
    without_latest,
)

ALL_TO_LATEST = [{"latestRevision": True, "percent": 100}]
A_AND_B = [{"revisionName": "a", "percent": 40}, {"revisionName": "b", "percent": 60}]


@pytest.mark.parametrize(
    ("targets", "wanted", "after"),
    [
        (ALL_TO_LATEST, {"a": 10}, {"a": 10, LATEST: 90}),
        (A_AND_B, {"a": 45}, {"a": 45, "b": 55}),
        (A_AND_B, {LATEST: 100}, {LATEST: 100}),
        (A_AND_B, {"a": 0}, {"b": 100}),
        (A_AND_B, {"c": 1}, {"a": 40, "b": 59, "c": 1}),
    ],
)
def test_percents_are_taken_from_the_others_in_proportion(
    targets: list[dict[str, object]], wanted: dict[str, int], after: dict[str, int]
) -> None:
    assert percents({"spec": {"traffic": with_percents(targets, wanted)}}) == after


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 99), min_size=1, max_size=6))
def test_percents_always_make_a_whole(weights: dict[str, int]) -> None:
    names = sorted(weights)
    even = [{"revisionName": name, "percent": 100 // len(names)} for name in names]
    even[0]["percent"] += 100 - sum(int(one["percent"]) for one in even)
    wanted = {"z": weights[names[0]]}
    after = percents({"spec": {"traffic": with_percents(even, wanted)}})
    assert (sum(after.values()), after["z"]) == (100, wanted["z"])


def test_tags_stay_when_percents_move() -> None:
    targets = [{"revisionName": "a", "percent": 100, "tag": "old"}]
    assert with_percents(targets, {LATEST: 100}) == [
        {"latestRevision": True, "percent": 100},
        {"revisionName": "a", "tag": "old"},
    ]


def test_a_tag_that_is_given_again_moves() -> None:
    targets = [{"revisionName": "a", "percent": 100, "tag": "x"}, {"revisionName": "b", "tag": "y"}]
    assert with_tags(targets, {"y": "a"}, {"x"}, only_added=False) == [
        {"revisionName": "a", "percent": 100},
        {"revisionName": "a", "tag": "y"},
    ]


def test_without_latest_the_revision_that_serves_keeps_the_traffic() -> None:
    assert without_latest(ALL_TO_LATEST, "a") == [{"revisionName": "a", "percent": 100}]
    assert without_latest(A_AND_B, "a") == A_AND_B


def test_shares_part_what_one_revision_gets_by_name_and_as_the_newest() -> None:
    service = {
        "spec": {
            "traffic": [
                {"latestRevision": True, "percent": 30},
                {"revisionName": "a", "percent": 70},
            ]
        },
        "status": {
            "latestReadyRevisionName": "a",
            "traffic": [{"revisionName": "a", "percent": 100}],
        },
    }
    assert shares(service) == [
        Share("a", "a", wished=70, actual=70, tags=()),
        Share(LATEST, "a", wished=30, actual=30, tags=()),
    ]
