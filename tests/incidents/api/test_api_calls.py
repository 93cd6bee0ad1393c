"""Programs read, work and decide as their person may, with a token and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import clock
from incidents.actions import roles, tokens
from incidents.models import (
    AdministrationEntry,
    ApiToken,
    Approval,
    Environment,
    Incident,
    OutputChunk,
    Run,
    StepCommand,
    TimelineEntry,
)
from incidents.refusal import Refused
from incidents.states import Role, RunState, Scope
from tests import factories
from tests.incidents.conftest import SetClock

EVERYTHING = list(Scope.values)


class Program:
    """Speaks for a person, with a token of these scopes."""

    def __init__(self, person: User, *scopes: str) -> None:
        self.token, self.secret = tokens.create_token(
            actor=person, name="deploy", scopes=scopes or EVERYTHING, days=30
        )
        self._client = Client(
            enforce_csrf_checks=True, headers={"Authorization": f"Bearer {self.secret}"}
        )

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1/{path}")

    def post(self, path: str, **body: Any) -> Any:
        return self._client.post(f"/api/v1/{path}", body, content_type="application/json")


@pytest.fixture
def reads(incident: Incident) -> StepCommand:
    return factories.make_command(factories.make_step(factories.make_phase(incident)))


@pytest.fixture
def changes(reads: StepCommand) -> StepCommand:
    return factories.make_command(reads.step, text=factories.UPDATE, effect="changes")


@pytest.fixture
def approval(changes: StepCommand, commander: User) -> Approval:
    return factories.make_waiting_approval(changes, commander)


def sentence(answer: Any) -> str:
    assert answer["Content-Type"] == "application/json"
    return str(answer.json()["error"])


def test_incidents_are_those_that_the_person_sees(
    incident: Incident, commander: User, outsider: User
) -> None:
    answer = Program(commander).get("incidents")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert [row["name"] for row in answer.json()["incidents"]] == [incident.name]
    assert Program(outsider).get("incidents").json()["incidents"] == []
    for path in (f"incidents/{incident.name}", "incidents/INC-987654"):
        hidden = Program(outsider).get(path)
        assert (hidden.status_code, sentence(hidden)) == (
            404,
            "There is nothing here that you may see.",
        )


def test_token_of_who_lost_the_last_role_opens_nothing(incident: Incident, leader: User) -> None:
    administrator = factories.make_person("administrator", Role.ADMINISTRATOR)
    program = Program(leader)
    assert program.get(f"incidents/{incident.name}").status_code == 200
    (membership,) = leader.memberships.all()

    roles.revoke_role(actor=administrator, membership_id=membership.pk)

    assert program.get(f"incidents/{incident.name}").status_code == 404
    assert program.get("incidents").json()["incidents"] == []
    assert program.get("approvals").json()["approvals"] == []


def test_incident_has_steps_runs_and_waiting_approvals(
    incident: Incident, reads: StepCommand, approval: Approval, leader: User
) -> None:
    found = Program(leader, "read").get(f"incidents/{incident.name}").json()

    step = found["phases"][0]["steps"][0]
    assert [command["effect"] for command in step["commands"]] == ["reads", "changes"]
    assert step["commands"][1]["runs"] == [approval.run_id]
    assert found["runs"][0]["state"] == "waiting"
    assert found["approvals"][0]["digest"] == approval.digest
    assert found["approvals"][0]["plan"]["changes"][0]["path"] == "minInstances"


def test_incident_asks_the_same_for_few_steps_and_many(incident: Incident, commander: User) -> None:
    program, path = Program(commander), f"incidents/{incident.name}"

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert program.get(path).status_code == 200
        return len(captured)

    def fill(steps: int) -> None:
        phase = factories.make_phase(incident)
        for _ in range(steps):
            step = factories.make_step(phase)
            factories.make_run(factories.make_command(step), commander, RunState.SUCCEEDED)
            factories.make_waiting_approval(
                factories.make_command(step, effect="changes"), commander
            )

    program.get(path)
    fill(1)
    few = asked()
    fill(12)
    assert asked() == few


def test_output_comes_in_pages(reads: StepCommand, commander: User, outsider: User) -> None:
    run = factories.make_run(reads, commander, RunState.SUCCEEDED, last_line=3)
    OutputChunk.objects.create(run=run, first=1, last=3, text="a\nb\nc", at=clock.now())

    program = Program(commander)
    assert program.get(f"runs/{run.pk}/output?after=1").json() == {
        "lines": [{"number": 2, "text": "b"}, {"number": 3, "text": "c"}],
        "before": 2,
        "after": None,
    }
    assert program.get(f"runs/{run.pk}/output?after=x").status_code == 422
    assert Program(outsider).get(f"runs/{run.pk}/output").status_code == 404


def test_program_runs_reads_and_stops(reads: StepCommand, engineer: User) -> None:
    program = Program(engineer, "read", "work")

    asked = program.post(f"commands/{reads.pk}/runs")
    assert (asked.status_code, asked.json()["state"]) == (200, "queued")
    entry = TimelineEntry.objects.get(kind="run.requested")
    assert (entry.actor, entry.source) == (engineer, "api, this machine")
    again = program.post(f"commands/{reads.pk}/runs")
    assert (again.status_code, "engineer started this command" in sentence(again)) == (409, True)

    stopped = program.post(f"runs/{asked.json()['id']}/cancel")
    assert stopped.json()["state"] == "cancelled"


def test_program_ticks_and_skips(reads: StepCommand, engineer: User, leader: User) -> None:
    step = reads.step
    assert Program(leader).post(f"steps/{step.pk}/tick").status_code == 403
    assert Program(engineer).post(f"steps/{step.pk}/tick").json()["state"] == "done"
    other = factories.make_step(step.phase)
    assert Program(engineer).post(f"steps/{other.pk}/skip").status_code == 422
    skipped = Program(engineer).post(f"steps/{other.pk}/skip", reason="Not here.")
    assert skipped.json()["state"] == "skipped"


def test_change_waits_to_be_planned_and_its_undo_to_be_asked_with_a_reason(
    changes: StepCommand, engineer: User
) -> None:
    program = Program(engineer)
    asked = program.post(f"commands/{changes.pk}/runs", reason="It is full.")
    assert (asked.json()["state"], asked.json()["reason"]) == ("planning", "It is full.")
    Run.objects.update(state=RunState.SUCCEEDED)
    refused = program.post(f"runs/{asked.json()['id']}/undo")
    assert refused.status_code == 422


def test_program_approves_what_somebody_else_asked_for(
    approval: Approval, engineer: User, leader: User
) -> None:
    path = f"approvals/{approval.pk}/approve"
    assert Program(leader).post(path, digest=approval.digest).status_code == 403
    assert Program(engineer).post(path, digest="f" * 64).status_code == 409
    assert Program(engineer).post(path).status_code == 422

    decided = Program(engineer).post(path, digest=approval.digest, words="Go.")

    assert (decided.status_code, decided.json()["state"]) == (200, "approved")
    assert decided.json()["run"]["state"] == "queued"


def test_requester_approves_by_no_way(approval: Approval, commander: User) -> None:
    commander.memberships.create(environment=factories.make_environment(), role="approver")

    refused = Program(commander).post(f"approvals/{approval.pk}/approve", digest=approval.digest)

    assert refused.status_code == 403
    assert Approval.objects.get().state == "waiting"


def test_program_rejects_and_withdraws(approval: Approval, commander: User, engineer: User) -> None:
    assert Program(engineer).post(f"approvals/{approval.pk}/withdraw").status_code == 403
    rejected = Program(engineer).post(f"approvals/{approval.pk}/reject", reason="Too much.")
    assert rejected.json()["state"] == "rejected"

    second = factories.make_waiting_approval(approval.run.command, commander)
    withdrawn = Program(commander).post(f"approvals/{second.pk}/withdraw")
    assert withdrawn.json()["state"] == "withdrawn"


@pytest.mark.parametrize("what", ["approve", "reject"])
def test_no_token_decides_in_a_protected_environment(
    what: str, approval: Approval, engineer: User
) -> None:
    Environment.objects.update(endpoint="", is_protected=True)

    refused = Program(engineer).post(f"approvals/{approval.pk}/{what}", digest=approval.digest)

    assert refused.status_code == 403
    assert "second factor" in sentence(refused)
    assert Approval.objects.get().state == "waiting"


def test_requester_withdraws_in_a_protected_environment_too(
    approval: Approval, commander: User, engineer: User, outsider: User
) -> None:
    Environment.objects.update(endpoint="", is_protected=True)

    assert Program(outsider).post(f"approvals/{approval.pk}/withdraw").status_code == 404
    assert Program(engineer).post(f"approvals/{approval.pk}/withdraw").status_code == 403
    withdrawn = Program(commander).post(f"approvals/{approval.pk}/withdraw")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")


@pytest.mark.parametrize(
    ("scopes", "path", "sentence_of"),
    [
        (["read"], "steps/1/tick", "This token may read; this needs one that may work."),
        (["work"], "approvals/1/approve", "This token may work; this needs one that may approve."),
        (["read", "work"], "approvals/1/reject", "read and work; this needs one that may approve"),
    ],
)
def test_token_opens_its_scopes_alone(
    scopes: list[str], path: str, sentence_of: str, engineer: User
) -> None:
    refused = Program(engineer, *scopes).post(path)

    assert refused.status_code == 403
    assert sentence_of in sentence(refused)


def test_reading_needs_the_scope_too(engineer: User) -> None:
    assert Program(engineer, "work").get("incidents").status_code == 403


def test_token_that_opens_nothing_is_told_why(engineer: User, set_clock: SetClock) -> None:
    program = Program(engineer)
    assert program.get("incidents").status_code == 200

    engineer.is_active = False
    engineer.save()
    assert "deactivated" in sentence(program.get("incidents"))
    engineer.is_active = True
    engineer.save()
    set_clock.advance(30 * 86400)
    assert sentence(program.get("incidents")) == "This token expired on 2026-12-21. Make another."
    tokens.revoke_token(actor=engineer, token_id=program.token.pk)
    answer = program.get("incidents")
    assert "was revoked on" in sentence(answer)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer abc", "Basic rb_abc", "Bearer rb_abc"])
def test_no_token_opens_nothing(header: str | None, db: None) -> None:
    client = Client(headers={"Authorization": header} if header else {})

    for answer in (client.get("/api/v1/incidents"), client.post("/api/v1/steps/1/tick")):
        assert answer.status_code == 401
        assert sentence(answer)


def test_cookies_open_nothing(incident: Incident, commander: User, client: Client) -> None:
    client.force_login(commander)

    assert client.get("/api/v1/incidents").status_code == 401
    assert client.post("/api/v1/steps/1/tick").status_code == 401


def test_wrong_tokens_are_slowed_down_and_right_ones_are_not(
    engineer: User, set_clock: SetClock
) -> None:
    wrong = Client(headers={"Authorization": "Bearer rb_guess"})
    statuses = [wrong.get("/api/v1/incidents").status_code for _ in range(22)]

    assert statuses == [*[401] * 20, 429, 429]
    assert Program(engineer).get("incidents").status_code == 200
    set_clock.advance(60)
    assert wrong.get("/api/v1/incidents").status_code == 401


def test_bodies_and_methods_that_do_not_fit_are_refused_in_json(engineer: User) -> None:
    program = Program(engineer)
    client = Client(headers={"Authorization": f"Bearer {program.secret}"})
    for body in ("{", "[1]", "[" * 100_000, r'{"reason": "\ud800"}'):
        answer = client.post("/api/v1/steps/1/tick", body, content_type="application/json")
        assert (answer.status_code, "JSON" in sentence(answer)) == (400, True)
    assert program.post("incidents").status_code == 405
    assert program.get("steps/1/tick").status_code == 405
    assert sentence(program.get("nothing/here")).startswith("The API has no such address")


def test_token_is_kept_as_a_digest_and_written_down_without_it(engineer: User) -> None:
    program = Program(engineer, "read")

    row = ApiToken.objects.get()
    assert program.secret.startswith("rb_")
    assert program.secret not in str(vars(row))
    assert row.prefix == program.secret[:9]
    entry = AdministrationEntry.objects.get()
    assert (entry.kind, entry.data["scopes"]) == ("token.created", ["read"])
    assert program.secret not in f"{entry.text} {entry.data}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "Name the program"),
        ({"scopes": []}, "Choose what the token may do"),
        ({"scopes": ["administer"]}, "Choose what the token may do"),
        ({"days": 366}, "between 1 and 365"),
        ({"days": 0}, "between 1 and 365"),
    ],
)
def test_token_beyond_the_bounds_is_not_made(
    given: dict[str, Any], words: str, engineer: User
) -> None:
    with pytest.raises(Refused, match=words):
        tokens.create_token(actor=engineer, **{"name": "x", "scopes": ["read"], "days": 1} | given)


def test_token_is_revoked_by_its_person_or_a_superuser_once(
    engineer: User, commander: User, admin_user: User
) -> None:
    token = Program(engineer).token
    with pytest.raises(Refused, match="no such token"):
        tokens.revoke_token(actor=commander, token_id=token.pk)
    tokens.revoke_token(actor=admin_user, token_id=token.pk)
    with pytest.raises(Refused, match="revoked already"):
        tokens.revoke_token(actor=engineer, token_id=token.pk)


def test_one_person_has_a_bounded_number_of_tokens(engineer: User) -> None:
    now = clock.now()
    ApiToken.objects.bulk_create(
        ApiToken(
            person=engineer,
            name="x",
            prefix="rb_",
            digest=str(number),
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        for number in range(20)
    )
    with pytest.raises(Refused, match="20 tokens already"):
        Program(engineer)
