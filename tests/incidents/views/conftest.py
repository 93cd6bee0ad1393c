"""A room with something in it, and people who look at it through Django's client."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents.models import Approval, Incident
from incidents.states import Audience, RunState
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def static_folder(settings: Settings) -> None:
    """Nothing is collected for tests; the folder must be there all the same."""
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@pytest.fixture
def sign_in() -> SignIn:
    def enter(person: User) -> Client:
        client = Client()
        client.force_login(person)
        session = client.session
        session["seen_at"] = time.time()  # so that the first page is like those that follow
        session.save()
        return client

    return enter


@pytest.fixture
def busy_incident(incident: Incident, commander: User) -> Incident:
    """Two phases; a task, a finished diagnostic with a failed check, and a waiting change."""
    first, second = factories.make_phase(incident), factories.make_phase(incident)
    factories.make_step(first, title="Say who commands")
    read = factories.make_command(
        factories.make_step(first, kind="command", title="The connector is ready"),
        checks=[{"expression": 'state == "READY"', "level": "expect", "line": 3}],
    )
    factories.make_run(
        read,
        commander,
        RunState.SUCCEEDED,
        checks=[
            {
                "expression": 'state == "READY"',
                "level": "expect",
                "expected": "READY",
                "found": "ERROR",
                "passed": False,
                "problem": "",
            }
        ],
    )
    change = factories.make_command(
        factories.make_step(second, kind="command", title="Scale the connector"),
        text=factories.UPDATE,
        effect="changes",
    )
    factories.make_waiting_approval(change, commander)
    factories.make_level(incident, 7200)
    incident.components.create(position=1, name="Frontend", state="offline")
    incident.updates.create(
        audience=Audience.LEADERSHIP,
        text="We work on it.",
        author=commander,
        at=incident.started_at,
    )
    incident.run_count = incident.runs.count()
    incident.save(update_fields=["run_count"])
    return incident


@pytest.fixture
def waiting(busy_incident: Incident) -> Approval:
    return Approval.objects.get(run__incident=busy_incident)
