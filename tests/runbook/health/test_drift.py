"""What differs between two readings of an infrastructure."""

from __future__ import annotations

from runbook.health.drift import Drift, drift

BEFORE = {"connectors/a": {"maxInstances": 10, "network": "vpc"}, "services/b": {"cpu": "2"}}


def test_fields_and_whole_resources_are_told() -> None:
    after = {"connectors/a": {"maxInstances": 7, "tags": ["x"]}, "services/c": {"cpu": "1"}}

    assert drift(BEFORE, after) == [
        Drift("connectors/a", "maxInstances", 10, 7),
        Drift("connectors/a", "network", "vpc", None),
        Drift("connectors/a", "tags", None, ["x"]),
        Drift("services/b", "", {"cpu": "2"}, None),
        Drift("services/c", "", None, {"cpu": "1"}),
    ]


def test_what_could_not_be_read_has_not_changed() -> None:
    assert drift(BEFORE, {"services/b": {"cpu": "2"}}, unseen=["connectors/a"]) == []


def test_drift_reads_as_a_line() -> None:
    assert str(Drift("connectors/a", "maxInstances", 10, None)) == (
        "connectors/a maxInstances: 10 → nothing"
    )
    assert str(Drift("services/b", "", {"cpu": "2"}, None)) == "services/b is gone"
