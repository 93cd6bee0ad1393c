"""Who the workers act as is part of what is approved; Google answers over TLS, as it would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from incidents.actions import approve, work
from incidents.models import Approval, Incident, Run
from incidents.targets import target_of
from tests import factories
from tests.incidents.actions.worker import deeds
from tests.support.google_over_tls import Google, google_over_tls

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = "deployer@netra-staging.iam.gserviceaccount.com"
API = "vpcaccess.googleapis.com"


@pytest.fixture
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workers' own sign-in; nobody met it before, since what was loaded is kept."""
    file = tmp_path / "own.json"
    held = {"type": "authorized_user", "client_id": "c", "client_secret": "not-a-secret"}
    file.write_text(json.dumps({**held, "refresh_token": str(tmp_path)}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    return file


@pytest.fixture
def google(sign_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with google_over_tls(tmp_path, monkeypatch) as answering:
        yield answering


@pytest.fixture
def real(google: Google, commander: User) -> Incident:
    """An incident where Google itself is asked."""
    return deeds.declare_brief(commander, endpoint="")


def _asked(incident: Incident, person: User) -> Approval:
    return deeds.asked(person, deeds.command_with(incident, "connectors update staging-connector"))


def _executed(approval: Approval, engineer: User) -> Run:
    approve.approve(actor=engineer, approval_id=approval.pk, digest=approval.digest)
    work.execute_run(approval.run_id, worker="test")
    return Run.objects.get(pk=approval.run_id)


def test_an_environment_says_whose_credentials_are_taken(commander: User) -> None:
    environment = factories.make_environment()
    assert target_of(environment).credentials == "application default"
    environment.credentials = "workload identity"
    environment.service_account, environment.credentials_file = ACCOUNT, "/etc/federation.json"
    target = target_of(environment)
    assert (target.credentials, target.service_account, target.credentials_file) == (
        "workload identity",
        ACCOUNT,
        "/etc/federation.json",
    )


def test_another_sign_in_voids_what_was_approved(
    real: Incident, google: Google, commander: User, engineer: User, sign_in: Path
) -> None:
    approval = _asked(real, commander)
    assert approval.run.plan.identity.startswith("application default: user unnamed of sign-in ")
    held = json.loads(sign_in.read_text())
    sign_in.write_text(json.dumps({**held, "refresh_token": "somebody else's"}))
    run = _executed(approval, engineer)
    assert (run.state, "act as somebody else at Google now" in run.message) == ("void", True)
    assert {one.method for one in google.asked if one.host == API} == {"GET"}


def test_a_refused_impersonation_is_told_with_the_role_it_needs(
    real: Incident, google: Google, commander: User
) -> None:
    environment = real.environment
    environment.credentials, environment.service_account = "impersonated", ACCOUNT
    environment.save()
    run = deeds.run_read(commander, deeds.command_with(real, "connectors describe"))
    assert run.state == "failed"
    assert "roles/iam.serviceAccountTokenCreator" in run.message
    assert google.tokens_at(API) == []
    google.creators = {ACCOUNT: {"user"}}
    approval = _asked(real, commander)
    assert approval.run.plan.identity == f"impersonated: {ACCOUNT}"
    assert set(google.tokens_at(API)) == {ACCOUNT}
