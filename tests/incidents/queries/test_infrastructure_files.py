"""Which infrastructure file an environment is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from incidents.models import Environment, Monitor
from incidents.queries.infrastructure import infrastructure_of
from runbook.health.reading import Unreadable


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.INFRASTRUCTURE = str(tmp_path)
    for name, project, region in (
        ("shop", "shop-staging", "us-central1"),
        ("shop-europe", "shop-staging", "europe-west1"),
        ("other", "other-project", "us-central1"),
    ):
        text = f"title: {name}\nproject: {project}\nregion: {region}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def _environment(**columns: str) -> Environment:
    return Environment.objects.create(
        **({"name": "e", "project": "shop-staging", "region": "europe-west1"} | columns)
    )


def test_it_is_the_one_of_its_project_and_region(db: None, folder: Path) -> None:
    found = infrastructure_of(_environment())
    assert found is not None
    assert found.name == "shop-europe"


def test_its_monitor_may_name_another_which_then_is_about_its_own_project(
    db: None, folder: Path
) -> None:
    environment = _environment()
    Monitor.objects.create(environment=environment, infrastructure="other")
    found = infrastructure_of(environment)
    assert found is not None
    assert (found.name, found.project, found.region) == ("other", "shop-staging", "europe-west1")


def test_there_may_be_none(db: None, folder: Path) -> None:
    assert infrastructure_of(_environment(project="elsewhere")) is None


def test_a_wrong_file_is_told_where_it_is_the_one(db: None, folder: Path) -> None:
    (folder / "torn.yaml").write_text("title: Torn\n")
    assert infrastructure_of(_environment()) is not None
    with pytest.raises(Unreadable, match=r"torn\.yaml:1: 'project' is missing"):
        infrastructure_of(_environment(name="f", project="elsewhere"))
