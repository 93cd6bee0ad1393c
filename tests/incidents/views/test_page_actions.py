"""What pressing a button answers, with htmx and without."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents.models import Approval, Incident, Run, Step
from incidents.states import RunState, StepState
from tests import factories
from tests.incidents.views.conftest import SignIn

HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(busy_incident: Incident) -> Step:
    step = busy_incident.steps.first()
    assert step is not None
    return step


def test_tick_answers_the_phase(first: Step, sign_in: SignIn, commander: User) -> None:
    answer = sign_in(commander).post(
        f"/steps/{first.pk}/tick/", {"panel": f"phase-{first.phase_id}"}, headers=HTMX
    )
    first.refresh_from_db()

    assert first.state == StepState.DONE
    assert f'id="phase-{first.phase_id}"' in answer.content.decode()
    assert 'aria-checked="true"' in answer.content.decode()


def test_tick_without_htmx_goes_back(first: Step, sign_in: SignIn, commander: User) -> None:
    back = f"http://testserver/incidents/INC-{first.incident.number}/?step={first.pk}"
    answer = sign_in(commander).post(f"/steps/{first.pk}/tick/", headers={"Referer": back})

    assert (answer.status_code, answer.headers["Location"]) == (302, back)


def test_a_foreign_way_back_is_not_followed(first: Step, sign_in: SignIn, commander: User) -> None:
    answer = sign_in(commander).post(
        f"/steps/{first.pk}/tick/", headers={"Referer": "https://evil.example/"}
    )

    assert answer.headers["Location"] == f"/incidents/INC-{first.incident.number}/"


def test_untick_opens_the_step_again(first: Step, sign_in: SignIn, commander: User) -> None:
    client = sign_in(commander)
    client.post(f"/steps/{first.pk}/tick/")
    client.post(f"/steps/{first.pk}/untick/")
    first.refresh_from_db()

    assert first.state == StepState.OPEN


def test_skip_without_a_reason_is_refused_in_the_form(
    first: Step, sign_in: SignIn, commander: User
) -> None:
    answer = sign_in(commander).post(f"/steps/{first.pk}/skip/", headers=HTMX)

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "find [data-refusal]"
    assert "Say in a few words why this step is skipped." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_refusal_without_htmx_is_a_page_with_a_way_back(
    first: Step, sign_in: SignIn, leader: User
) -> None:
    back = f"http://testserver/incidents/INC-{first.incident.number}/"
    answer = sign_in(leader).post(f"/steps/{first.pk}/tick/", headers={"Referer": back})
    page = answer.content.decode()

    assert answer.status_code == 403
    assert "You may not" in page
    assert f'href="/incidents/INC-{first.incident.number}/"' in page
    assert "<html" in page


def test_the_second_of_two_people_is_told_who_was_first(
    first: Step, sign_in: SignIn, commander: User, engineer: User
) -> None:
    sign_in(commander).post(f"/steps/{first.pk}/tick/")
    answer = sign_in(engineer).post(f"/steps/{first.pk}/tick/", headers=HTMX)

    assert answer.status_code == 409
    assert "commander" in answer.content.decode()


def test_run_answers_the_step_with_the_run(
    busy_incident: Incident, sign_in: SignIn, engineer: User
) -> None:
    command = factories.make_command(factories.make_step(busy_incident.phases.all()[0]))
    answer = sign_in(engineer).post(f"/commands/{command.pk}/run/", headers=HTMX)

    assert Run.objects.get(command=command).state == RunState.QUEUED
    assert 'id="step-panel"' in answer.content.decode()
    assert "queued" in answer.content.decode()


def test_run_all_diagnostics_answers_the_phase(
    busy_incident: Incident, sign_in: SignIn, engineer: User
) -> None:
    phase = busy_incident.phases.all()[0]
    answer = sign_in(engineer).post(f"/phases/{phase.pk}/diagnostics/", headers=HTMX)

    assert f'id="phase-{phase.pk}"' in answer.content.decode()
    assert Run.objects.filter(state=RunState.QUEUED).count() == 1


def test_cancel_withdraws_what_waits(waiting: Approval, sign_in: SignIn, commander: User) -> None:
    answer = sign_in(commander).post(f"/runs/{waiting.run_id}/cancel/", headers=HTMX)
    waiting.run.refresh_from_db()

    assert answer.status_code == 200
    assert waiting.run.state == RunState.CANCELLED


def test_approve_needs_the_digest_that_was_shown(
    waiting: Approval, sign_in: SignIn, engineer: User
) -> None:
    client, path = sign_in(engineer), f"/approvals/{waiting.pk}/approve/"
    wrong = client.post(path, {"digest": "0" * 64}, headers=HTMX)
    none = client.post(path, headers=HTMX)
    right = client.post(path, {"digest": waiting.digest, "words": "go"}, headers=HTMX)

    assert [wrong.status_code, none.status_code, right.status_code] == [409, 422, 200]
    assert "Approved" in right.content.decode()


def test_reject_needs_a_reason_and_shows_it(
    waiting: Approval, sign_in: SignIn, engineer: User
) -> None:
    client, path = sign_in(engineer), f"/approvals/{waiting.pk}/reject/"
    silent = client.post(path, headers=HTMX)
    said = client.post(path, {"reason": "too early"}, headers=HTMX)

    assert [silent.status_code, said.status_code] == [422, 200]
    assert "too early" in said.content.decode()


def test_withdraw_is_for_who_asked(waiting: Approval, sign_in: SignIn, commander: User) -> None:
    sign_in(commander).post(f"/approvals/{waiting.pk}/withdraw/")
    waiting.refresh_from_db()

    assert waiting.state == "withdrawn"


def test_settle_records_what_a_person_saw(
    busy_incident: Incident, sign_in: SignIn, engineer: User
) -> None:
    command = factories.make_command(
        factories.make_step(busy_incident.phases.all()[0]), effect="changes"
    )
    run = factories.make_run(command, engineer, RunState.UNKNOWN)
    sign_in(engineer).post(
        f"/runs/{run.pk}/settle/", {"verdict": "applied", "reason": "described it"}
    )
    run.refresh_from_db()

    assert run.state == RunState.SUCCEEDED


def test_post_update_shows_the_words(
    busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    answer = sign_in(commander).post(
        f"/incidents/INC-{busy_incident.number}/updates/",
        {"audience": "leadership", "text": "It is <b>back</b>."},
        headers=HTMX,
    )

    assert 'id="updates"' in answer.content.decode()
    assert "<b>back</b>" not in answer.content.decode()


def test_component_level_phase_and_end_are_the_commanders(
    busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    client, component = sign_in(commander), busy_incident.components.get()
    client.post(f"/components/{component.pk}/state/", {"state": "degraded"})
    client.post(
        f"/incidents/INC-{busy_incident.number}/resolve/", {"words": "Scaled."}, headers=HTMX
    )
    component.refresh_from_db()
    busy_incident.refresh_from_db()

    assert (component.state, busy_incident.state) == ("degraded", "resolved")


def test_resolve_loads_the_whole_page_again(
    busy_incident: Incident, sign_in: SignIn, commander: User
) -> None:
    room = f"/incidents/INC-{busy_incident.number}/"
    answer = sign_in(commander).post(f"{room}resolve/", {"words": "Done."}, headers=HTMX)

    assert answer.headers["HX-Redirect"] == room


def test_acknowledge_needs_a_level_that_has_fired(
    busy_incident: Incident, sign_in: SignIn, engineer: User
) -> None:
    level = busy_incident.levels.get()
    early = sign_in(engineer).post(f"/levels/{level.pk}/acknowledge/", headers=HTMX)

    assert early.status_code == 409


def test_declare_opens_the_room(sign_in: SignIn, commander: User) -> None:
    environment = factories.make_environment()
    factories.make_revision(b"# Fix it\n\n## Phase 1: Look\n\n- [ ] Look\n")
    answer = sign_in(commander).post(
        "/runbooks/a-runbook/declare/",
        {"environment": environment.pk, "severity": "P1", "title": "It broke"},
        headers=HTMX,
    )
    incident = Incident.objects.get(title="It broke")

    assert answer.headers["HX-Redirect"] == f"/incidents/INC-{incident.number}/"


@pytest.mark.parametrize("value", ["-rf", "two\nlines"])
def test_declare_refuses_a_dangerous_parameter_in_the_form(
    value: str, sign_in: SignIn, commander: User
) -> None:
    source = b"---\nparameters:\n  HOST: {value: a.example}\n---\n# Fix it\n\n- [ ] Look\n"
    factories.make_revision(source)
    answer = sign_in(commander).post(
        "/runbooks/a-runbook/declare/",
        {
            "environment": factories.make_environment().pk,
            "severity": "P1",
            "title": "It broke",
            "parameter-HOST": value,
        },
        headers=HTMX,
    )

    assert answer.status_code == 422
    assert "HOST" in answer.content.decode()
    assert not Incident.objects.filter(title="It broke").exists()


def test_changing_by_get_is_not_possible(first: Step, sign_in: SignIn, commander: User) -> None:
    assert sign_in(commander).get(f"/steps/{first.pk}/tick/").status_code == 405


def test_changing_needs_the_csrf_token(first: Step, commander: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(commander)
    answer = client.post(f"/steps/{first.pk}/tick/")

    assert answer.status_code == 403
    assert "This page is out of date" in answer.content.decode()


def test_a_way_back_that_leads_to_another_host_stays_here(
    first: Step, sign_in: SignIn, leader: User
) -> None:
    answer = sign_in(leader).post(
        f"/steps/{first.pk}/tick/", headers={"Referer": "http://testserver//evil.example/"}
    )

    assert answer.status_code == 403
    assert 'href="//evil.example' not in answer.content.decode()
