"""Credentials by reference: who requests are made as, over TLS with the real client libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runbook.cloud.compute_place import Place
from runbook.cloud.errors import CloudError
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from tests.runbook.cloud.credential_drill import (
    ACCOUNT,
    ACT_AS,
    AUDIENCE,
    OTHER,
    USER,
    ask,
    federated,
    federation,
    impersonated,
    session,
)
from tests.support.google_over_tls import Google

pytestmark = pytest.mark.usefixtures("signed_out")


def test_a_simulator_is_asked_as_nobody(google: Google) -> None:
    simulated = Target("t", "p", "r", endpoint="http://127.0.0.1:1")
    assert Session(simulated).identity() == "simulator"
    assert google.asked == []


def test_an_identity_is_bounded_and_tells_all_of_it_apart(tmp_path: Path) -> None:
    told = {
        federated(federation(tmp_path, audience="a" * 300 + end)).identity() for end in ("b", "c")
    }
    assert [len(one) <= 300 for one in told] == [True, True]


def test_a_person_signed_in_is_told_from_the_next(google: Google, sign_in: Path) -> None:
    sign_in.write_text(json.dumps(USER))
    first = session()
    assert ask(first) == "seen by user"
    assert first.identity() == "application default: user unnamed of sign-in c9560ea46a3b"
    sign_in.write_text(json.dumps({**USER, "refresh_token": "two", "account": "a@example.com"}))
    then = session().identity()
    assert then.startswith("application default: user a@example.com of sign-in ")
    assert then.rpartition(" ")[2] != "c9560ea46a3b"


def test_credentials_that_change_under_a_session_end_it(google: Google, sign_in: Path) -> None:
    begun = session()
    sign_in.write_text(json.dumps({**USER, "refresh_token": "three"}))
    for use in (begun.identity, lambda: ask(begun)):
        with pytest.raises(CloudError, match="were changed a moment ago; nothing was sent"):
            use()
    assert google.asked == []
    assert ask(session()) == "seen by user"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"type": "service_account", "client_email": ACCOUNT}, f"service account {ACCOUNT}"),
        ({"type": "external_account", "audience": AUDIENCE}, f"external account {AUDIENCE}"),
        (
            {
                "type": "impersonated_service_account",
                "service_account_impersonation_url": ACT_AS.format(ACCOUNT),
            },
            f"service account {ACCOUNT}",
        ),
        ({"type": "gdch_service_account", "name": "edge"}, "gdch_service_account edge"),
    ],
)
def test_own_credentials_say_who_they_are(sign_in: Path, held: dict[str, str], words: str) -> None:
    sign_in.write_text(json.dumps(held))
    assert session().identity() == f"application default: {words}"


def test_nobody_is_signed_in() -> None:
    with pytest.raises(CloudError) as caught:
        session().identity()
    assert caught.value.message == "There are no Google credentials on this worker."
    assert "gcloud auth application-default login" in caught.value.advice
    with pytest.raises(CloudError, match="no Google credentials on this worker"):
        ask(session())


def test_a_service_account_is_acted_as(google: Google, sign_in: Path) -> None:
    google.creators = {ACCOUNT: {"user"}, OTHER: {"user"}}
    acting = impersonated()
    assert acting.identity() == f"impersonated: {ACCOUNT}"
    assert ask(acting) == f"seen by {ACCOUNT}"
    found = acting.compute.get("healthChecks", Place("netra-staging"), "a")
    assert found["name"] == f"seen by {ACCOUNT}"
    assert ask(impersonated(OTHER)) == f"seen by {OTHER}"
    acted = [one for one in google.asked if one.path.endswith(":generateAccessToken")]
    assert [one.token for one in acted] == ["user"] * 2


def test_a_refused_impersonation_names_the_role(google: Google, sign_in: Path) -> None:
    with pytest.raises(CloudError) as caught:
        ask(impersonated())
    assert caught.value.kind == "DENIED"
    assert caught.value.message == (
        "The worker may not act as the environment's service account: "
        "Permission 'iam.serviceAccounts.getAccessToken' denied on resource."
    )
    assert "roles/iam.serviceAccountTokenCreator" in caught.value.advice
    assert google.tokens_at("sqladmin.googleapis.com") == []


def test_a_change_without_a_token_is_certainly_not_sent(google: Google, sign_in: Path) -> None:
    with pytest.raises(CloudError) as caught:
        impersonated().sql.restart_instance("netra-staging", "db")
    assert not caught.value.may_have_applied
    assert google.tokens_at("sqladmin.googleapis.com") == []


def test_an_outside_token_is_exchanged(google: Google, tmp_path: Path) -> None:
    google.subjects = {"subject"}
    asking = federated(federation(tmp_path))
    assert asking.identity() == f"workload identity: {AUDIENCE}"
    assert ask(asking) == "seen by federated-subject"


@pytest.mark.parametrize("is_in_file", [True, False])
def test_an_outside_token_acts_as_a_service_account(
    google: Google, tmp_path: Path, *, is_in_file: bool
) -> None:
    google.subjects, google.creators = {"subject"}, {ACCOUNT: {"federated-subject"}}
    if is_in_file:
        url = ACT_AS.format(ACCOUNT)
        asking = federated(federation(tmp_path, service_account_impersonation_url=url))
    else:
        asking = federated(federation(tmp_path), service_account=ACCOUNT)
    assert asking.identity() == f"workload identity: {AUDIENCE} as {ACCOUNT}"
    assert ask(asking) == f"seen by {ACCOUNT}"


def test_a_refused_exchange_says_so(google: Google, tmp_path: Path) -> None:
    with pytest.raises(CloudError) as caught:
        ask(federated(federation(tmp_path)))
    assert caught.value.message == (
        "Google does not exchange the worker's token: Error code invalid_grant: Wrong issuer."
    )
    assert google.tokens_at("sqladmin.googleapis.com") == []


def test_a_machine_of_googles_says_who_it_is(tmp_path: Path) -> None:
    """In a process of its own: the library asks for the metadata server when it is imported."""
    command = [sys.executable, "-m", "tests.runbook.cloud.machine_identity", str(tmp_path)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    told = f"application default: service account {ACCOUNT}\n"
    assert (ended.stdout, ended.returncode) == (told, 0), ended.stderr
