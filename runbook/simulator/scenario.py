"""Scenarios: the YAML files that say what a simulated project holds at first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from runbook.simulator.catalogue import products
from runbook.simulator.merge import merged
from runbook.simulator.store import Place, Resource
from runbook.simulator.symptoms import FAULTS

FOLDER = Path(__file__).parent / "scenarios"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def resources_of(scenario: str) -> tuple[Place, dict[str, Resource]]:
    """The project of a scenario and all its resources by key. Raises ValueError when unknown."""
    wanted = _read(scenario)
    place = Place(
        project=wanted.pop("project"), number=wanted.pop("number"), region=wanted.pop("region")
    )
    resources: dict[str, Resource] = {FAULTS: {"armed": wanted.pop("faults", [])}}
    for product in products():
        for section, seed in product.sections.items():
            resources |= seed(wanted.pop(section, {}), place)
    if wanted:
        raise ValueError(f"Scenario {scenario} has unknown sections: {', '.join(wanted)}.")
    return place, resources


def _read(scenario: str) -> dict[str, Any]:  # Any: YAML
    path = FOLDER / f"{scenario}.yaml"
    if scenario not in names():
        raise ValueError(f"No scenario {scenario!r}; there are: {', '.join(names())}.")
    own: dict[str, Any] = yaml.safe_load(path.read_text())  # Any: YAML
    base = own.pop("extends", None)
    return merged(_read(base), own) if base else own
