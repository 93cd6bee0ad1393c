"""Credentials by reference: who requests are made as, over TLS with the real client libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runbook.cloud.compute_place import Place
from runbook.cloud.errors import CloudError
from runbook.cloud.references import refused_reference
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from tests.support.google_over_tls import Google, google_over_tls

ACCOUNT = "deployer@netra-staging.iam.gserviceaccount.com"
OTHER = "reader@netra-staging.iam.gserviceaccount.com"
AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/ci"
ACT_AS = (
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:generateAccessToken"
)
USER = {
    "type": "authorized_user",
    "client_id": "runbook.apps.googleusercontent.com",
    "client_secret": "not-a-secret",
    "refresh_token": "one",
}


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with google_over_tls(tmp_path, monkeypatch) as answering:
        yield answering


@pytest.fixture(autouse=True)
def signed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of nobody, wherever the tests run."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "nobody"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of application default credentials, a person's at first, whom no test met before:
    what was loaded is kept."""
    file = tmp_path / "own.json"
    file.write_text(json.dumps({**USER, "refresh_token": tmp_path.name}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    return file


def federation(tmp_path: Path, **changed: Any) -> Path:
    """The configuration of a workload identity whose outside token is "subject"."""
    token = tmp_path / "token"
    token.write_text("subject")
    made = {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": str(token)},
    }
    file = tmp_path / "federation.json"
    file.write_text(json.dumps({**made, **changed}))
    return file


def session(**references: Any) -> Session:
    return Session(Target("real", "netra-staging", "us-central1", **references), request_id="r")


def impersonated(account: str = ACCOUNT) -> Session:
    return session(credentials="impersonated", service_account=account)


def federated(file: Path, **more: Any) -> Session:
    return session(credentials="workload identity", credentials_file=str(file), **more)


def ask(asking: Session) -> str:
    return str(asking.sql.instance("netra-staging", "db")["name"])


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


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"type": "service_account", "private_key": "-----BEGIN"}, "holds a key"),
        ({"credential_source": {"file": "/t", "x": [{"private_key": "k"}]}}, "holds a key"),
        ({"client_secret": "s"}, "holds a key"),
        ({"subject": "-----BEGIN EC PRIVATE KEY-----"}, "holds a key"),
        ({"type": "authorized_user"}, "does not describe a workload identity"),
        ({"audience": ""}, "does not describe a workload identity"),
        ({"token_url": "http://sts.googleapis.com/v1/token"}, "somebody else than Google"),
        ({"token_url": "https://sts.googleapis.com.evil.example/"}, "somebody else than Google"),
        ({"token_url": "https://evil.example/#.googleapis.com/"}, "somebody else than Google"),
        ({"token_url": "https://evil.example\\.googleapis.com/"}, "somebody else than Google"),
        ({"token_url": "https://a@sts.googleapis.com/"}, "somebody else than Google"),
        ({"token_url": "https://sts.googleapis.com:444/"}, "somebody else than Google"),
        ({"service_account_impersonation_url": "https://evil.example/"}, "somebody else"),
        ({"universe_domain": "evil.example"}, "somebody else than Google"),
        ({"credential_source": {"executable": {"command": "/x"}}}, "from a file or a server"),
        ({"credential_source": None}, "from a file or a server"),
    ],
)
def test_a_file_that_is_no_reference_is_refused(
    google: Google, tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    asking = federated(federation(tmp_path, **changed), service_account=ACCOUNT)
    for use in (asking.identity, lambda: ask(asking)):
        with pytest.raises(CloudError, match=words) as caught:
            use()
        assert (caught.value.kind, "BEGIN" in caught.value.message) == ("DENIED", False)
    assert google.asked == []


@pytest.mark.parametrize(("text", "words"), [("{", "is not JSON"), ("[]", "does not describe")])
def test_a_file_that_is_something_else_is_not_quoted(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "other"
    file.write_text(text)
    with pytest.raises(CloudError, match=words):
        federated(file).identity()


@pytest.mark.parametrize("path", ["/nowhere/federation.json", "/dev/zero", "/"])
def test_a_file_that_cannot_be_read_is_named(path: str) -> None:
    with pytest.raises(CloudError, match=f"The credentials file {path} cannot be read"):
        federated(Path(path)).identity()


@pytest.mark.parametrize(
    ("kind", "account", "file", "word"),
    [
        ("application default", "", "", ""),
        ("application default", ACCOUNT, "", "neither"),
        ("impersonated", "", "", "Name the service account"),
        ("impersonated", ACCOUNT, "", ""),
        ("impersonated", ACCOUNT, "/a", "takes no file"),
        ("impersonated", "a@example.com", "", "not the e-mail address"),
        ("impersonated", f"{ACCOUNT}:signBlob", "", "not the e-mail address"),
        ("impersonated", f"../{ACCOUNT}", "", "not the e-mail address"),
        ("workload identity", "", "", "Name the file"),
        ("workload identity", "", "a.json", "not the full path"),
        ("workload identity", ACCOUNT, "/a.json", ""),
    ],
)
def test_a_reference_is_checked_as_text(kind: Any, account: str, file: str, word: str) -> None:
    refused = refused_reference(kind, account, file)
    assert (refused == "") == (word == "")
    assert word in refused
    if refused:
        asking = session(credentials=kind, service_account=account, credentials_file=file)
        with pytest.raises(CloudError, match=word):
            asking.identity()
        with pytest.raises(CloudError, match=word):
            ask(asking)


def test_a_machine_of_googles_says_who_it_is(tmp_path: Path) -> None:
    """In a process of its own: the library asks for the metadata server when it is imported."""
    command = [sys.executable, "-m", "tests.runbook.cloud.machine_identity", str(tmp_path)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    told = f"application default: service account {ACCOUNT}\n"
    assert (ended.stdout, ended.returncode) == (told, 0), ended.stderr
