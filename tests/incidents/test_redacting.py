"""Secrets of an incident: nowhere but where a command needs them, and what runs still works."""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client
from pytest_django.fixtures import Settings

from incidents import clock, timeline
from incidents.actions import announce, checklist, resolve
from incidents.actions.compare import compare
from incidents.actions.declare import declare
from incidents.actions.execute import request_run
from incidents.actions.moves import end_run
from incidents.actions.output import RunKeeper
from incidents.models import (
    Incident,
    OutputChunk,
    Run,
    Step,
    StepCommand,
    TimelineEntry,
    Update,
)
from incidents.queries.proof.bundle import write_bundle
from incidents.redacting import (
    PlanSecrets,
    all_values,
    mark,
    redactor_with,
    shown_as,
    split_secrets,
)
from incidents.states import Audience, RunState
from runbook.commands.base import FieldChange, Plan
from tests import factories

VALUE = "hunter2-and-more"
SOURCE = """---
parameters:
  API_TOKEN: {about: what the service is asked with}
  DB_PASSWORD_SECRET: {value: db-password-staging, about: the name of a secret}
---
# Ask the service

## Look
- [ ] It answers
  ```bash
  curl -sS -H "X-Custom: ${API_TOKEN}" https://staging.netrasystems.ai/health
  ```
  Expect: `body.contains("${API_TOKEN}")`
- [ ] Somebody asks by hand
  ```bash
  ssh host ask --with ${API_TOKEN} | tee answer
  ```
"""


@pytest.fixture
def asked(commander: User) -> Incident:
    environment = factories.make_environment()
    environment.allowed_hosts = ["staging.netrasystems.ai"]
    environment.routes = {"staging.netrasystems.ai": "http://127.0.0.1:9"}
    environment.redact = [r"customer-\d+"]
    environment.save()
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE.encode()),
        environment=environment,
        severity="P2",
        title="It does not answer",
        parameters={"API_TOKEN": VALUE},
    )


def rows(*kinds: Any) -> str:  # Any: models
    return "".join(serializers.serialize("json", kind.objects.all()) for kind in kinds)


def command(asked: Incident, words: str) -> StepCommand:
    return StepCommand.objects.get(step__incident=asked, text__contains=words)


@pytest.fixture
def run(asked: Incident, commander: User) -> Run:
    run = request_run(actor=commander, command_id=command(asked, "curl").pk)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, token=1, started_at=clock.now())
    return Run.objects.select_related("incident__environment", "command__step").get(pk=run.pk)


def test_a_secret_parameter_is_shown_nowhere_and_still_runs(asked: Incident, run: Run) -> None:
    assert asked.parameters["API_TOKEN"] == f"[redacted token {mark(VALUE)}]"
    assert asked.parameters["DB_PASSWORD_SECRET"] == "db-password-staging"
    assert all_values(asked)["API_TOKEN"] == VALUE
    assert VALUE in run.text
    assert run.shown == run.command.shown
    assert "'X-Custom: [redacted secret value]'" in run.shown
    assert "--with [redacted secret value]" in command(asked, "ssh").shown
    declared = TimelineEntry.objects.get(kind="incident.declared")
    assert declared.data["parameters"] == asked.parameters
    assert VALUE not in rows(TimelineEntry, Step)
    assert VALUE not in "".join(
        [run.resource, command(asked, "ssh").reason, str(run.command.checks)]
    )


def test_no_page_and_no_export_shows_the_secret(
    asked: Incident, run: Run, commander: User, client: Client, settings: Settings
) -> None:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    client.force_login(commander)
    room = f"/incidents/INC-{asked.number}/"
    steps = [step.pk for step in asked.steps.all()]
    pages = [
        *(room, "/", "/approvals/", f"/runs/{run.pk}/output/", f"{room}board/"),
        *(f"{room}panels/{name}/" for name in ["parameters", *(f"step-{pk}" for pk in steps)]),
        *(f"{room}?step={pk}" for pk in steps),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert VALUE not in answer.content.decode(), page
    assert (
        "X-Custom: [redacted secret value]"
        in client.get(f"{room}panels/step-{steps[0]}/").content.decode()
    )
    with io.BytesIO() as file:
        write_bundle(asked.number, file, at=clock.now())
        with zipfile.ZipFile(file) as bundle:
            exported = [bundle.read(name).decode() for name in bundle.namelist()]
    assert "X-Custom: [redacted secret value]" in "".join(exported)
    assert VALUE not in "".join(exported)


def test_checks_see_the_secret_and_keep_none_of_it(run: Run) -> None:
    checks = compare(run, {"body": f"hello {VALUE}"})
    assert [check["passed"] for check in checks] == [True]

    assert end_run(
        run,
        old=RunState.RUNNING,
        new=RunState.SUCCEEDED,
        actor=None,
        message=f"It said {VALUE} to customer-17.",
        result={"body": f"hello {VALUE}", "password": "short"},
        checks=checks,
    )

    run.refresh_from_db()
    assert run.message == "It said [redacted secret value] to [redacted marked text]."
    assert run.result == {
        "body": "hello [redacted secret value]",
        "password": "[redacted password]",
    }
    assert run.checks[0]["passed"] is True
    assert VALUE not in str(run.checks) + rows(TimelineEntry)


@pytest.mark.django_db(transaction=True)
def test_output_is_clean_before_it_is_stored(run: Run) -> None:
    with RunKeeper(run) as keeper:
        keeper.emit(f"first {VALUE}\n-----BEGIN PRIVATE KEY-----")
        keeper.emit("a remark", "stderr")
        keeper.emit("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\nlast")

    kept = [chunk.text for chunk in OutputChunk.objects.filter(run=run)]
    assert "\n".join(kept).split("\n") == [
        "first [redacted secret value]",
        "[redacted private key]",
        "a remark",
        "last",
    ]


@pytest.mark.django_db(transaction=True)
def test_lines_that_were_held_back_are_stored_at_the_end(run: Run) -> None:
    run.text = "printf %s 'ab\ncd\nefgh' | gcloud secrets versions add s --data-file=-"
    with RunKeeper(run) as keeper:
        keeper.emit("x ab")
        keeper.emit("cd")

    run.refresh_from_db()
    assert [chunk.text for chunk in OutputChunk.objects.filter(run=run)] == ["x ab\ncd"]
    assert run.last_line == 2


def test_words_of_people_are_clean(asked: Incident, commander: User) -> None:
    by_hand = command(asked, "ssh")
    checklist.paste_result(actor=commander, command_id=by_hand.pk, text=f"got {VALUE}")
    checklist.skip(actor=commander, step_id=by_hand.step_id, reason="password=hunter2")
    announce.post_update(
        actor=commander,
        incident_id=asked.pk,
        audience=Audience.LEADERSHIP,
        text=f"We use {VALUE} for customer-3",
    )
    resolve.resolve(actor=commander, incident_id=asked.pk, words=f"with {VALUE}")

    asked.refresh_from_db()
    assert asked.resolution == "with [redacted secret value]"
    assert Update.objects.get().text == "We use [redacted secret value] for [redacted marked text]"
    kept = rows(TimelineEntry, Update, Step)
    assert VALUE not in kept
    assert "hunter2" not in kept
    by_hand.refresh_from_db()
    assert by_hand.pasted == "got [redacted secret value]"


def test_the_timeline_hides_by_itself(asked: Incident) -> None:
    entry = timeline.record(
        incident_id=asked.pk,
        actor=None,
        kind="test",
        text=f"Bearer abc123def456 and {VALUE}",
        panels=[],
        data={"token": "abcdef", "deep": [{"DB_PASSWORD": "short"}], "run": 7},
    )
    assert entry.text == "Bearer [redacted bearer token] and [redacted secret value]"
    assert entry.data == {
        "token": "[redacted token]",
        "deep": [{"DB_PASSWORD": "[redacted password]"}],
        "run": 7,
    }


def test_settings_mark_more(settings: Settings) -> None:
    settings.REDACT = [r"badge (\d+)"]
    assert redactor_with({}, ["(a+)+", "x-[0-9]"]).text("badge 12 x-3 aa") == (
        "badge [redacted marked text] [redacted marked text] aa"
    )


def test_a_changed_secret_is_a_changed_parameter() -> None:
    first, _ = split_secrets({"DB_PASSWORD": "one", "REGION": "r"})
    second, secrets = split_secrets({"DB_PASSWORD": "two", "REGION": "r"})
    assert first != second
    assert (second["REGION"], secrets) == ("r", {"DB_PASSWORD": "two"})


def test_a_text_without_a_secret_needs_no_other_to_be_shown() -> None:
    pipe = "printf %s hunter2 | gcloud secrets versions add s --data-file=-"
    assert shown_as(pipe, {}, []) == ""
    assert shown_as(factories.UPDATE, {"DB_PASSWORD": "not in it"}, []) == ""


class TestPlans:
    """A service with a password in its environment."""

    def plan(self, before: str, after: str, undo: str = "") -> Plan:
        def service(password: str) -> dict[str, Any]:  # Any: JSON
            return {"env": [{"name": "DB_PASSWORD", "value": password}], "image": "a@sha256:00"}

        return Plan(
            resource="projects/p/services/s",
            before=service(before),
            after=service(after),
            changes=(FieldChange("spec.env.DB_PASSWORD", before, after),),
            fingerprint="f1",
            undo=undo,
            why_no_undo="" if undo else "There is none.",
        )

    def test_secrets_are_marks_that_differ_where_the_values_do(self, run: Run) -> None:
        secrets = PlanSecrets(run)
        first, again, other = (
            secrets.redacted(self.plan(*values)) for values in [("a", "b"), ("a", "b"), ("a", "c")]
        )
        assert first == again
        assert first.changes != other.changes
        assert first.before["env"][0]["value"].startswith("[redacted password ")
        assert first.before["image"] == "a@sha256:00"
        assert first.changes[0].before == first.before["env"][0]["value"]

    def test_the_engine_gets_the_values_back(self, run: Run) -> None:
        real = self.plan("hunter1\n-----BEGIN PRIVATE KEY-----\nAAAA\nx", VALUE)
        secrets = PlanSecrets(run)
        stored = secrets.redacted(real)

        assert VALUE not in str(asdict(stored))
        assert secrets.restored(stored) == real
        assert not secrets.are_missing(stored)

    def test_what_was_never_read_stays_a_mark(self, run: Run) -> None:
        stored = PlanSecrets(run).redacted(self.plan("one", "two"))
        later = PlanSecrets(run)
        assert later.are_missing(stored)

        later.redacted(self.plan("two", "two"))

        assert later.restored(stored).changes[0].after == "two"
        assert later.restored(stored).changes[0].before == stored.changes[0].before

    def test_an_undo_that_spells_a_secret_is_not_kept(self, run: Run) -> None:
        kept = PlanSecrets(run).redacted(self.plan("a", "b", undo="gcloud x --password=hunter2"))
        assert kept.undo == ""
        assert kept.why_no_undo.startswith("The command that takes this back would spell a secret")
        plain = self.plan("a", "b", undo="gcloud x --clear")
        assert PlanSecrets(run).redacted(plain).undo == plain.undo
