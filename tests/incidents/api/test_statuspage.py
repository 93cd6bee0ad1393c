"""The status page as JSON: in Statuspage's shape, as three programs of others read it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from incidents import clock
from incidents.api.statuspage import BODIES
from incidents.models import Incident, Maintenance, ServiceComponent
from tests import factories

READER = Path(__file__).resolve().parents[2] / "support" / "read_statuspage.py"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")


@pytest.fixture
def service(settings: Settings, db: None) -> Incident:
    """Two components, one of them offline in an open incident; one incident over, work planned."""
    settings.STATUS_PAGE_IS_PUBLIC = True
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    now = clock.now()
    person = factories.make_person("chief")
    rows = [
        ServiceComponent.objects.create(name=name, position=position, created_at=now)
        for position, name in enumerate(("Frontend", "Auth"))
    ]
    incident = factories.make_incident(person, severity="P1", public_title="Sign-in fails")
    incident.components.create(position=1, name="Frontend", state="offline")
    incident.updates.create(
        audience="public", text="We look.", author=person, at=now, stage="identified"
    )
    factories.make_incident(
        person,
        state="resolved",
        public_title="Slow chat",
        started_at=now - timedelta(hours=30),
        resolved_at=now - timedelta(hours=29),
    )
    _plan(person, rows[1])
    return incident


def _plan(person: User, row: ServiceComponent) -> None:
    now = clock.now()
    work = Maintenance.objects.create(
        title="A larger machine",
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
        planned_by=person,
        created_at=now,
    )
    work.components.add(row)


def _get(name: str) -> Any:
    answer = Client().get(f"/api/v2/{name}.json")
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.json()


def test_summary_says_what_is_wrong(service: Incident) -> None:
    found = _get("summary")
    (incident,) = found["incidents"]

    assert found["status"] == {"indicator": "major", "description": "Frontend is offline"}
    assert [(one["name"], one["status"]) for one in found["components"]] == [
        ("Frontend", "major_outage"),
        ("Auth", "operational"),
    ]
    assert (incident["name"], incident["impact"]) == ("Sign-in fails", "major")
    assert [one["body"] for one in incident["incident_updates"]] == ["We look."]
    assert [one["name"] for one in incident["components"]] == ["Frontend"]
    assert [one["name"] for one in found["scheduled_maintenances"]] == ["A larger machine"]


def test_lists_hold_what_their_names_say(service: Incident) -> None:
    names = {
        name: [one["name"] for one in _get(name).get(key, [])]
        for name, key in (
            ("incidents", "incidents"),
            ("incidents/unresolved", "incidents"),
            ("scheduled-maintenances", "scheduled_maintenances"),
            ("scheduled-maintenances/upcoming", "scheduled_maintenances"),
            ("scheduled-maintenances/active", "scheduled_maintenances"),
        )
    }

    assert names == {
        "incidents": ["Sign-in fails", "Slow chat"],
        "incidents/unresolved": ["Sign-in fails"],
        "scheduled-maintenances": ["A larger machine"],
        "scheduled-maintenances/upcoming": ["A larger machine"],
        "scheduled-maintenances/active": [],
    }


@pytest.mark.parametrize("name", sorted(BODIES))
def test_times_have_fractions_and_an_offset_and_every_answer_its_page(
    name: str, service: Incident
) -> None:
    wrong = [
        (key, value)
        for key, value in _leaves(_get(name))
        if re.search(r"_(at|for|until)$", key) and value and not MOMENT.fullmatch(str(value))
    ]

    assert wrong == []
    assert _get(name)["page"]["time_zone"] == "Etc/UTC"


def _leaves(found: Any, key: str = "") -> list[tuple[str, object]]:
    if isinstance(found, dict):
        return [leaf for name, value in found.items() for leaf in _leaves(value, name)]
    if isinstance(found, list):
        return [leaf for value in found for leaf in _leaves(value, key)]
    return [(key, found)]


def test_ids_are_stable_and_tell_no_number(service: Incident) -> None:
    ids = [value for key, value in _leaves(_get("summary")) if key == "id"]

    assert ids == [value for key, value in _leaves(_get("summary")) if key == "id"]
    assert all(re.fullmatch(r"[0-9a-f]{12}(-0)?", str(one)) for one in ids)


def test_nothing_is_answered_while_the_page_is_not_public(settings: Settings, db: None) -> None:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)

    assert Client().get("/api/v2/summary.json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_programs_of_others_understand_it(service: Incident, live_server: LiveServer) -> None:
    """statuspage-prometheus-exporter, whadup and github-status-cli, each in its own process."""
    running = {
        name: subprocess.Popen(
            [sys.executable, str(READER), name, live_server.url], stdout=subprocess.PIPE, text=True
        )
        for name in ("exporter", "whadup", "terminal")
    }
    said = {name: one.communicate(timeout=120)[0].splitlines()[-1] for name, one in running.items()}
    exported, listed, printed = (json.loads(said[name]) for name in running)

    assert [one.returncode for one in running.values()] == [0, 0, 0]
    assert (exported["success"], exported["status"], exported["raw_status"]) == (True, 0, "major")
    assert exported["incident_metadata"][0]["affected_components"] == ["Frontend"]
    assert exported["maintenance_metadata"][0]["status"] == "scheduled"
    assert [one["status_value"] for one in exported["component_metadata"]] == [0, 1]
    assert [one["name"] for one in listed["incidents"]["incidents"]] == [
        "Sign-in fails",
        "Slow chat",
    ]
    assert listed["active"]["scheduled_maintenances"] == []
    for words in ("Frontend is offline", "major_outage", "operational", "Sign-in fails"):
        assert words in printed
