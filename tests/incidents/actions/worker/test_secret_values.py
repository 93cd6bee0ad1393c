"""The value that a pipe gives to a secret: sent to Google once, and read by nobody else."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from incidents.actions import approve, execute, plan, work
from incidents.actions.declare import declare
from incidents.models import Approval, Incident, OutputChunk, Plan, Run, StepCommand, TimelineEntry
from tests import factories
from tests.support.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

VALUE = "hunter2-and-more"
SOURCE = f"""# Give the password

## Secrets
- [ ] The password is there
  ```bash
  printf '%s' '{VALUE}' | gcloud secrets create new-password --data-file=- --project=netra-staging
  ```
"""


@pytest.fixture
def incident(google: Simulator, commander: User) -> Incident:
    environment = factories.make_environment()
    environment.endpoint = google.address
    environment.save()
    return declare(
        actor=commander,
        revision=factories.make_revision(SOURCE.encode()),
        environment=environment,
        severity="P2",
        title="Give the password",
        parameters={},
    )


def done(commander: User, engineer: User) -> Run:
    run = execute.request_run(actor=commander, command_id=StepCommand.objects.get().pk)
    plan.plan_run(run.pk, worker="test")
    approval = Approval.objects.get(run=run)
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    work.execute_run(run.pk, worker="test")
    run.refresh_from_db()
    return run


def rows(*kinds: Any) -> str:  # Any: models
    return "".join(serializers.serialize("json", kind.objects.all()) for kind in kinds)


def test_value_reaches_google_and_no_timeline_plan_output_or_log(
    incident: Incident,
    google: Simulator,
    commander: User,
    engineer: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    run = done(commander, engineer)

    path = "/v1/projects/netra-staging/secrets/new-password/versions/1:access"
    held = httpx.get(google.address + path, trust_env=False).json()["payload"]["data"]
    assert (run.state, base64.b64decode(held).decode()) == ("succeeded", VALUE)

    kept = rows(TimelineEntry, Plan, Approval, OutputChunk)
    kept += json.dumps([run.message, run.result, run.checks, str(run)]) + caplog.text
    assert "printf %s VALUE | gcloud secrets create" in kept
    assert VALUE not in kept
    assert base64.b64encode(VALUE.encode()).decode() not in kept


def test_no_page_of_the_incident_shows_the_value(
    incident: Incident,
    commander: User,
    engineer: User,
    client: Client,
    settings: SettingsWrapper,
) -> None:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    run = execute.request_run(actor=commander, command_id=StepCommand.objects.get().pk)
    plan.plan_run(run.pk, worker="test")
    client.force_login(engineer)
    pages = [f"/incidents/INC-{incident.number}/", "/approvals/", f"/runs/{run.pk}/output/", "/"]
    for page in pages:
        text = client.get(page).content.decode()
        assert VALUE not in text
    assert "printf %s VALUE" in client.get(pages[0]).content.decode()
    assert "16 bytes" in client.get("/approvals/").content.decode()
