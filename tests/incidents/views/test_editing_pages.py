"""Editing by page: the parameters panel, the form of a command, and what comes back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, StepCommand
from tests import factories
from tests.incidents.views.conftest import SignIn

HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(busy_incident: Incident) -> StepCommand:
    Incident.objects.filter(pk=busy_incident.pk).update(
        parameters={"SIZE": "3", "DB_PASSWORD": "[redacted password 0123]", "PROJECT": "p"},
        secrets={"DB_PASSWORD": "hunter2-and-more"},
    )
    return StepCommand.objects.get(text=factories.UPDATE)


def page_of(incident: Incident, client_of: SignIn, person: User, **query: int) -> str:
    answer = client_of(person).get(f"/incidents/INC-{incident.number}/", query)
    return answer.content.decode()


def test_the_room_shows_parameters_and_no_secret(
    change: StepCommand, sign_in: SignIn, engineer: User
) -> None:
    page = page_of(change.step.incident, sign_in, engineer)

    assert 'name="parameter-SIZE"' in page
    assert 'name="parameter-DB_PASSWORD"' in page
    assert 'name="parameter-PROJECT"' not in page
    assert "hunter2" not in page


def test_a_viewer_sees_parameters_without_a_form(
    change: StepCommand, sign_in: SignIn, leader: User
) -> None:
    page = page_of(change.step.incident, sign_in, leader, step=change.step_id)

    assert "<dt>SIZE</dt>" in page
    assert "parameter-SIZE" not in page
    assert "Edit this command" not in page


def test_setting_parameters_answers_the_panel_and_leaves_an_empty_secret(
    change: StepCommand, sign_in: SignIn, engineer: User
) -> None:
    incident = change.step.incident
    answer = sign_in(engineer).post(
        f"/incidents/INC-{incident.number}/parameters/",
        {"parameter-SIZE": "4", "parameter-DB_PASSWORD": "", "seen": "0"},
        headers=HTMX,
    )

    incident.refresh_from_db()
    assert incident.parameters["SIZE"] == "4"
    assert incident.secrets == {"DB_PASSWORD": "hunter2-and-more"}
    assert 'id="parameters"' in answer.content.decode()
    assert "engineer" in answer.content.decode()


def test_an_empty_value_is_refused_in_the_form(
    change: StepCommand, sign_in: SignIn, engineer: User
) -> None:
    answer = sign_in(engineer).post(
        f"/incidents/INC-{change.step.incident.number}/parameters/",
        {"parameter-SIZE": "", "seen": "0"},
        headers=HTMX,
    )

    assert answer.status_code == 422
    assert "SIZE is empty" in answer.content.decode()


def test_editing_a_command_shows_the_runbooks_text_beside_it_and_takes_it_back(
    change: StepCommand, sign_in: SignIn, engineer: User
) -> None:
    client = sign_in(engineer)
    text = factories.UPDATE.replace("=3", "=4")
    answer = client.post(
        f"/commands/{change.pk}/edit/",
        {"text": f"{text}\r\n", "seen": factories.UPDATE},
        headers=HTMX,
    )
    page = answer.content.decode()

    assert 'id="step-panel"' in page
    assert "Edited here, last by engineer" in page
    assert "The runbook&#x27;s text" in page or "The runbook's text" in page
    assert "min-instances=3" in page
    assert "min-instances=4" in page

    change.refresh_from_db()
    client.post(f"/commands/{change.pk}/reset/", {"seen": change.shown}, headers=HTMX)
    change.refresh_from_db()
    assert (change.text, change.edited) == (factories.UPDATE, "")


def test_the_page_of_who_was_second_says_who_was_first(
    change: StepCommand, sign_in: SignIn, engineer: User, commander: User
) -> None:
    for person in (engineer, commander):
        answer = sign_in(person).post(
            f"/commands/{change.pk}/edit/",
            {"text": factories.DESCRIBE, "seen": factories.UPDATE},
            headers=HTMX,
        )

    assert answer.status_code == 409
    assert "engineer edited this step before you did." in answer.content.decode()


def test_a_run_of_another_text_shows_its_text(
    change: StepCommand, sign_in: SignIn, engineer: User
) -> None:
    sign_in(engineer).post(
        f"/commands/{change.pk}/edit/", {"text": factories.DESCRIBE, "seen": factories.UPDATE}
    )

    page = page_of(change.step.incident, sign_in, engineer, step=change.step_id)

    assert "This run was of another text" in page


def test_a_command_that_holds_a_secret_is_not_put_into_the_form(
    change: StepCommand, sign_in: SignIn, engineer: User
) -> None:
    StepCommand.objects.filter(pk=change.pk).update(
        text="echo hunter2-and-more | gcloud secrets versions add s --data-file=-"
    )

    page = page_of(change.step.incident, sign_in, engineer, step=change.step_id)

    assert "hunter2" not in page
    assert "write all of it anew" in page


def test_an_outsider_finds_nothing(change: StepCommand, sign_in: SignIn, outsider: User) -> None:
    client = sign_in(outsider)
    number = change.step.incident.number

    assert client.post(f"/incidents/INC-{number}/parameters/", {"seen": "0"}).status_code == 404
    assert client.post(f"/commands/{change.pk}/edit/", {"text": "x"}).status_code == 404
    assert client.post(f"/commands/{change.pk}/reset/", {"seen": "x"}).status_code == 404
