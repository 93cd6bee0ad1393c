"""Pages ask the database the same number of questions however much there is to show."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident
from incidents.states import RunState
from tests import factories
from tests.incidents.views.conftest import SignIn


def _asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    assert len(captured) > 3
    return len(captured)


def _fill(incident: Incident, commander: User, steps: int) -> None:
    phase = factories.make_phase(incident)
    for number in range(steps):
        step = factories.make_step(phase)
        factories.make_run(factories.make_command(step), commander, RunState.SUCCEEDED)
        if number % 2:
            factories.make_waiting_approval(
                factories.make_command(step, effect="changes"), commander
            )


def test_now_asks_the_same_for_1_incident_and_30(sign_in: SignIn, commander: User) -> None:
    client, revision = sign_in(commander), factories.make_revision()
    _fill(factories.make_incident(commander, revision=revision), commander, 3)
    few = _asked(client, "/")
    for _ in range(29):
        _fill(factories.make_incident(commander, revision=revision), commander, 3)

    assert _asked(client, "/") == few


def test_room_asks_the_same_for_few_steps_and_many(
    incident: Incident, sign_in: SignIn, commander: User
) -> None:
    client, path = sign_in(commander), f"/incidents/INC-{incident.number}/"
    _fill(incident, commander, 2)
    few = _asked(client, path)
    _fill(incident, commander, 30)

    assert _asked(client, path) == few


def test_approvals_ask_the_same_for_1_and_many(
    incident: Incident, sign_in: SignIn, commander: User, engineer: User
) -> None:
    client = sign_in(engineer)
    _fill(incident, commander, 2)
    few = _asked(client, "/approvals/")
    _fill(incident, commander, 30)

    assert _asked(client, "/approvals/") == few


def test_status_asks_the_same_for_1_incident_and_10(sign_in: SignIn, commander: User) -> None:
    client, revision = sign_in(commander), factories.make_revision()
    _fill(factories.make_incident(commander, revision=revision), commander, 2)
    few = _asked(client, "/status/")
    for _ in range(9):
        _fill(factories.make_incident(commander, revision=revision), commander, 2)

    assert _asked(client, "/status/") == few
