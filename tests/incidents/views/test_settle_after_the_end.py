"""A closed room still asks what came of a change that was left unknown, and takes the answer."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.models import Incident, Plan, Run
from incidents.states import IncidentState, RunState
from tests import factories
from tests.incidents.views.conftest import SignIn

HTMX = {"HX-Request": "true"}


@pytest.fixture
def left(busy_incident: Incident, engineer: User) -> Run:
    step = factories.make_step(busy_incident.phases.all()[0])
    command = factories.make_command(step, text=factories.UPDATE, effect="changes")
    now = clock.now()
    run = factories.make_run(
        command, engineer, RunState.UNKNOWN, left_at=now, left_by=engineer, probed_at=now
    )
    Plan.objects.create(
        run=run, resource=run.resource, undo=factories.UPDATE, digest="d", created_at=now
    )
    Incident.objects.update(state=IncidentState.RESOLVED, resolved_at=now)
    return run


def test_closed_room_takes_a_verdict_and_no_change(
    left: Run, sign_in: SignIn, engineer: User
) -> None:
    client = sign_in(engineer)
    room = f"/incidents/INC-{left.incident.number}/?step={left.command.step_id}"
    panel = client.get(room).content.decode()
    form = f'action="/runs/{left.pk}/settle/"'
    offered = [word for word in ("applied", "not-applied", "undo") if f'value="{word}"' in panel]
    assert (form in panel, offered) == (True, ["applied", "not-applied"])
    assert f"/runs/{left.pk}/look-again/" not in panel
    assert "plan the change again" not in panel

    verdict = {"verdict": "not-applied", "reason": "The console shows the old size."}
    answer = client.post(f"/runs/{left.pk}/settle/", verdict, headers=HTMX)

    left.refresh_from_db()
    assert (answer.status_code, left.state) == (200, "failed")
    assert form not in client.get(room).content.decode()


def test_closed_room_asks_nobody_who_only_looks(left: Run, sign_in: SignIn, leader: User) -> None:
    room = f"/incidents/INC-{left.incident.number}/?step={left.command.step_id}"
    panel = sign_in(leader).get(room).content.decode()

    assert "Nobody knows whether this change was made" in panel
    assert f"/runs/{left.pk}/settle/" not in panel
