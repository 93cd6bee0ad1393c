"""What is no reference to credentials is refused in words, and nobody is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runbook.cloud.errors import CloudError
from runbook.cloud.references import refused_reference
from tests.runbook.cloud.credential_drill import ACCOUNT, ask, federated, federation, session
from tests.support.google_over_tls import Google

pytestmark = pytest.mark.usefixtures("signed_out")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"type": "service_account", "private_key": "-----BEGIN"}, "holds a key"),
        ({"credential_source": {"file": "/t", "x": [{"private_key": "k"}]}}, "holds a key"),
        ({"client_secret": "s"}, "holds a key"),
        ({"subject": "-----BEGIN EC PRIVATE KEY-----"}, "holds a key"),
        ({"type": "authorized_user"}, "does not describe a workload identity"),
        ({"audience": ""}, "does not describe a workload identity"),
        ({"audience": 5}, "does not describe a workload identity"),
        ({"subject_token_type": ["a"]}, "does not describe a workload identity"),
        ({"credential_source": {"file": ["a"]}}, "from a file or a server"),
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


@pytest.mark.parametrize("text", ["[]", "{", '{"type": "external_account", "audience": 5}', "{}"])
def test_own_credentials_that_make_no_sense_are_told(sign_in: Path, text: str) -> None:
    sign_in.write_text(text)
    with pytest.raises(CloudError) as caught:
        ask(session())
    assert (caught.value.kind, caught.value.may_have_applied) == ("DENIED", False)


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
