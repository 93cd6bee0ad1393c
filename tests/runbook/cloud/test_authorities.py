"""What connections to Google have in common is read once, and still refuses who is not Google."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from runbook.cloud.authorities import Adapter, authorities
from runbook.cloud.errors import CloudError
from tests.runbook.cloud.credential_drill import ask, session
from tests.support.google_over_tls import Google
from tests.support.tls_server import make_certificate, serving_tls


def test_of_many_threads_one_asks_for_the_token(google: Google, sign_in: Path) -> None:
    asking = session()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(asking), range(24)))

    assert answers == ["seen by user"] * 24
    assert [one.host for one in google.asked].count("oauth2.googleapis.com") == 1


def test_file_of_authorities_is_read_once_until_it_changes(tmp_path: Path) -> None:
    bundle = make_certificate(tmp_path)
    first = authorities(str(bundle))
    assert authorities(str(bundle)) is first
    assert authorities(verify=True) is not first

    os.utime(bundle, ns=(0, 0))

    assert authorities(str(bundle)) is not first


def test_server_of_other_authorities_is_refused(
    google: Google, sign_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "others").mkdir()
    others = make_certificate(tmp_path / "others", names=("googleapis.com", "*.googleapis.com"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(others))

    with pytest.raises(CloudError):
        ask(session())

    assert google.asked == []


@pytest.mark.parametrize("name", ["example.org", "127.0.0.1.example.com"])
def test_certificate_for_another_name_is_refused(tmp_path: Path, name: str) -> None:
    certificate = make_certificate(tmp_path, names=(name,))
    with serving_tls(certificate) as port, requests.Session() as asking:
        asking.trust_env = False
        asking.mount("https://", Adapter())
        with pytest.raises(requests.exceptions.SSLError, match="not valid for 'localhost'"):
            asking.get(f"https://localhost:{port}/", verify=str(certificate), timeout=5)
