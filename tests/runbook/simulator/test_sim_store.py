"""State: what is kept over a restart and what time does to it."""

import stat
from pathlib import Path
from typing import Any

import pytest

from runbook.simulator.scenario import names, resources_of
from runbook.simulator.store import Place, Store
from tests.runbook.simulator.running import CONNECTOR, running

SCALED = {"minInstances": 3, "maxInstances": 10}


def _store(path: Path, clock: list[float], *, scenario: str = "one") -> Store:
    place = Place(project="p", number="1", region="r")
    return Store(
        lambda: (place, {"a/1": {"state": "OLD"}}),
        scenario=scenario,
        state_file=path,
        now=lambda: clock[0],
    )


def _operation(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "compute",
        "target": "a/1",
        "ends": 5.0,
        "before": {"state": "OLD"},
        "after": {"state": "NEW"},
        "error": "",
        "done": False,
    } | fields


def test_operation_takes_effect_at_its_end(tmp_path: Path) -> None:
    clock = [4.9]
    store = _store(tmp_path / "state", clock)
    store.operations["op"] = _operation()
    with store.transaction():
        assert store.get("a/1") == {"state": "OLD"}
    clock[0] = 5.0
    with store.transaction():
        assert store.get("a/1") == {"state": "NEW"}


def test_operations_take_effect_in_the_order_of_their_ends(tmp_path: Path) -> None:
    store = _store(tmp_path / "state", [9.0])
    store.operations["late"] = _operation(ends=7.0, after={"state": "LAST"})
    store.operations["soon"] = _operation(ends=6.0, after=None)
    with store.transaction():
        assert store.get("a/1") == {"state": "LAST"}


def test_values_are_copies(tmp_path: Path) -> None:
    store = _store(tmp_path / "state", [0.0])
    found = store.get("a/1")
    assert found is not None
    found["state"] = "TOUCHED"

    assert store.get("a/1") == {"state": "OLD"}


def test_state_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = _store(path, [0.0])
    with first.transaction():
        first.put("a/1", {"state": "KEPT"})
        first.faults.append({"id": 1})
    again = _store(path, [0.0])

    assert again.get("a/1") == {"state": "KEPT"}
    assert again.faults == [{"id": 1}]
    assert again.serial() == first.serial()


def test_state_of_another_scenario_is_not_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = _store(path, [0.0])
    with first.transaction():
        first.put("a/1", {"state": "KEPT"})

    assert _store(path, [0.0], scenario="two").get("a/1") == {"state": "OLD"}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"scenario": "one"}'])
def test_file_that_is_no_state_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state"
    path.write_text(content)

    with pytest.raises(ValueError, match="remove it to start afresh"):
        _store(path, [0.0])
    assert path.read_text() == content


def test_state_file_is_for_its_owner_and_never_half_written(tmp_path: Path) -> None:
    path = tmp_path / "state"
    store = _store(path, [0.0])
    with store.transaction():
        store.put("a/2", {"state": "KEPT"})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["state"]


def test_reading_does_not_write(tmp_path: Path) -> None:
    store = _store(tmp_path / "state", [0.0])
    with store.transaction():
        store.get("a/1")

    assert not (tmp_path / "state").exists()


def test_operation_goes_on_over_a_restart(tmp_path: Path) -> None:
    clock = [1_800_000_000.0]
    options = {"scenario": "issue-1278", "state_file": tmp_path / "state", "now": lambda: clock[0]}
    with running(**options) as simulator:
        begun = simulator.http.patch(CONNECTOR, json=SCALED).json()["name"]
    with running(**options) as simulator:
        assert simulator.get(CONNECTOR)["state"] == "UPDATING"
        clock[0] += 60
        assert simulator.get(f"/v1/{begun}")["done"] is True
        assert simulator.get(CONNECTOR)["state"] == "READY"


@pytest.mark.parametrize("scenario", names())
def test_every_scenario_loads(scenario: str) -> None:
    place, resources = resources_of(scenario)

    assert (place.project, place.region) == ("netra-staging", "us-central1")
    assert len(resources) > 30


def test_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"there are: .*healthy, issue-1278"):
        resources_of("nowhere")
