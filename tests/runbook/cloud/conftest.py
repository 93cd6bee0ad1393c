"""One simulator process for the folder, set back before each test that uses it; and Google over
TLS, with a sign-in for it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runbook.cloud.credential_drill import USER
from tests.runbook.simulated import Simulated, simulated
from tests.support.google_over_tls import Google, google_over_tls


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulated]:
    with simulated() as running:
        yield running


@pytest.fixture
def cloud(simulator_process: Simulated) -> Simulated:
    simulator_process.reset()
    return simulator_process


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with google_over_tls(tmp_path, monkeypatch) as answering:
        yield answering


@pytest.fixture
def signed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of nobody, wherever the tests run."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "nobody"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture
def sign_in(signed_out: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of application default credentials, a person's at first, whom no test met before:
    what was loaded is kept."""
    file = tmp_path / "own.json"
    file.write_text(json.dumps({**USER, "refresh_token": tmp_path.name}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    return file
