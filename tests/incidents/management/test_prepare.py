from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from incidents.actions.demo import MONITOR, PEOPLE
from incidents.models import Environment, Monitor, Revision, Runbook, insert_only

pytestmark = pytest.mark.django_db


def prepare(*options: str) -> str:
    out = StringIO()
    call_command("prepare", *options, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: Path) -> None:
    settings.RUNBOOK_DATA = tmp_path  # type: ignore[attr-defined]
    settings.STATIC_ROOT = tmp_path / "static"  # type: ignore[attr-defined]


def test_prepare_loads_runbooks_and_static_files_but_nobody(tmp_path: Path) -> None:
    assert prepare().startswith("loaded “Staging cannot reach Cloud SQL")
    assert Runbook.objects.count() == 1
    assert (tmp_path / "static" / "vendor").is_dir()
    assert get_user_model().objects.count() == 0


def test_prepare_makes_the_demo_people_once() -> None:
    assert "commander" in prepare("--demo")
    assert prepare("--demo") == ""
    assert get_user_model().objects.count() == len([*PEOPLE, MONITOR])


def test_demo_is_watched_unless_it_is_not_wanted() -> None:
    prepare("--demo", "--unwatched")
    assert not Monitor.objects.filter(is_on=True).exists()
    call_command("create_demo", stdout=StringIO())
    assert Monitor.objects.get().is_on
    Monitor.objects.update(is_on=False)
    call_command("create_demo", stdout=StringIO())
    assert not Monitor.objects.get().is_on


def test_prepare_follows_the_simulator_to_another_port(settings: object) -> None:
    prepare("--demo")
    settings.SIMULATOR_PORT = 9123  # type: ignore[attr-defined]
    assert prepare("--demo") == ""
    assert Environment.objects.get().endpoint == "http://127.0.0.1:9123"


def test_prepare_loads_the_runbooks_again_into_an_empty_database() -> None:
    prepare()
    insert_only.unprotect(connection)
    Revision.objects.all().delete()
    Runbook.objects.all().delete()
    prepare()
    assert Runbook.objects.count() == 1
