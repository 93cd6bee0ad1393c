"""Who gets which page, and what a page may carry."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents.models import Approval, Incident, ServiceComponent, Step
from tests import factories
from tests.incidents.views.conftest import SignIn

PAGES = ["/", "/approvals/", "/runbooks/", "/runbooks/a-runbook/", "/status/"]


def _room(incident: Incident) -> str:
    return f"/incidents/INC-{incident.number}/"


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_for_a_commander(
    path: str, busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    assert sign_in(commander).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_a_stranger_to_sign_in(path: str, db: None) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")


def test_room_shows_steps_checks_and_plan(
    busy_incident: Incident, waiting: Approval, sign_in: SignIn, engineer: User
) -> None:
    step = waiting.run.command.step
    page = sign_in(engineer).get(f"{_room(busy_incident)}?step={step.pk}").content.decode()

    for words in ("Say who commands", "1 check failed", "waiting for approval", "minInstances"):
        assert words in page
    assert f'action="/approvals/{waiting.pk}/approve/"' in page


def test_requester_sees_whose_turn_it_is_instead_of_buttons(
    busy_incident: Incident, waiting: Approval, sign_in: SignIn, commander: User
) -> None:
    step = waiting.run.command.step
    page = sign_in(commander).get(f"{_room(busy_incident)}?step={step.pk}").content.decode()

    assert "You asked for this; somebody else must approve." in page
    assert "/approve/" not in page


def test_leader_sees_no_control_that_changes_anything(
    busy_incident: Incident, waiting: Approval, sign_in: SignIn, leader: User
) -> None:
    client = sign_in(leader)
    step = waiting.run.command.step
    pages = [_room(busy_incident), f"{_room(busy_incident)}?step={step.pk}"]
    pages += [f"{_room(busy_incident)}board/", "/status/", "/approvals/", "/"]

    for path in pages:
        page = client.get(path).content.decode()
        assert (path, page.count('method="post"')) == (path, 1)  # signing out
        assert (path, page.count("hx-post")) == (path, 0)


def test_outsider_finds_nothing_of_another_environment(
    busy_incident: Incident, waiting: Approval, sign_in: SignIn, outsider: User
) -> None:
    client, room, run = sign_in(outsider), _room(busy_incident), waiting.run
    step = Step.objects.filter(incident=busy_incident).first()
    assert step is not None

    for path in (room, f"{room}board/", f"{room}panels/header/", f"/runs/{run.pk}/output/"):
        assert (path, client.get(path).status_code) == (path, 404)
    for path in (
        f"/steps/{step.pk}/tick/",
        f"/commands/{run.command_id}/run/",
        f"/runs/{run.pk}/cancel/",
        f"/approvals/{waiting.pk}/approve/",
        f"{room}updates/",
    ):
        assert (path, client.post(path).status_code) == (path, 404)
    assert busy_incident.title not in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["nothing", "step-99999", "step-x", "phase-", "header-"])
def test_unknown_panel_is_not_found(
    name: str, busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    path = f"{_room(busy_incident)}panels/{name}/"
    expected = 200 if name == "header-" else 404

    assert sign_in(commander).get(path).status_code == expected


@pytest.mark.parametrize("name", ["header", "next", "timeline", "updates", "ladder", "components"])
def test_panel_has_one_root_that_fetches_itself(
    name: str, busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    path = f"{_room(busy_incident)}panels/{name}/"
    panel = sign_in(commander).get(path, headers={"HX-Request": "true"}).content.decode()

    assert panel.count(f'id="{name}"') == 1
    assert f'hx-get="{path}"' in panel


def test_status_page_shows_the_public_only_what_is_allowed(
    busy_incident: Incident, settings: Settings
) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    for name in busy_incident.components.values_list("name", flat=True):
        ServiceComponent.objects.create(name=name, created_at=busy_incident.started_at)
    page = Client().get("/status/").content.decode()

    assert "Frontend is offline." in page
    for private in (busy_incident.title, "We work on it.", "Scale the connector", "commander"):
        assert private not in page


def test_status_page_leaves_drills_out_for_the_public(commander: User, settings: Settings) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    factories.make_incident(commander, is_drill=True)

    assert "All systems are operational." in Client().get("/status/").content.decode()


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/health/live", "/nothing/"])
def test_every_answer_forbids_inline_code_and_foreign_hosts(
    path: str, sign_in: SignIn, commander: User
) -> None:
    policy = sign_in(commander).get(path).headers["Content-Security-Policy"]

    assert "script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_error_pages_are_ours(sign_in: SignIn, commander: User) -> None:
    answer = sign_in(commander).get("/nothing/")

    assert answer.status_code == 404
    assert "There is nothing here that you may see" in answer.content.decode()


def test_protected_environment_gets_a_rim(sign_in: SignIn, db: None) -> None:
    production = factories.make_environment("production", endpoint="")
    type(production).objects.filter(pk=production.pk).update(is_protected=True)
    person = factories.make_person("ana", "responder", environment=production)  # type: ignore[arg-type]  # a role's value
    incident = factories.make_incident(environment=production)
    page = sign_in(person).get(_room(incident)).content.decode()

    assert "is-protected" in page
    assert "production · protected" in page


def test_closed_incident_says_that_nothing_can_change(
    busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    Incident.objects.filter(pk=busy_incident.pk).update(
        state="resolved", resolved_at=busy_incident.started_at, resolution="Scaled."
    )
    page = sign_in(commander).get(_room(busy_incident)).content.decode()

    assert "Nothing in it can change any more" in page
    forms = page.count('method="post"')
    assert (forms, page.count('id="composer"')) == (3, 1)  # to sign out, validate, tell the end


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/INC-99999999999999999999999/",
        "{room}?step=99999999999999999999999",
        "{room}panels/step-99999999999999999999999/",
        "{room}panels/phase-99999999999999999999999/",
        "/runs/99999999999999999999999/output/",
        "/runbooks/a-runbook/?revision=99999999999999999999999",
        "/runbooks/nobody-wrote-this/",
        "{room}?step=" + "9" * 5000,
        "{room}panels/step-" + "9" * 5000 + "/",
        "/runbooks/a-runbook/?revision=" + "9" * 5000,
    ],
)
def test_numbers_beyond_reason_are_not_found(
    path: str, busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    address = path.format(room=_room(busy_incident))

    assert sign_in(commander).get(address).status_code == 404
