"""A real web process over a room full of every state, and people signed in to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, StorageState

from runbook.processes.ports import free_port
from tests.browser.people import PASSWORD
from tests.support.browsers import KEPT, PATIENCE_MS, as_browsers_keep, running_browser
from tests.support.folders import kept_in_folder
from tests.support.forms import sign_in
from tests.support.processes import PATIENCE, make_once, wait_until

ROOT = Path(__file__).resolve().parents[2]

OpenPage = Callable[..., Page]
SignedIn = Callable[[str], StorageState]
WEB = pytest.StashKey[str]()
SIGNED_IN = pytest.StashKey[SignedIn]()


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Browser:
    return kept_in_folder(request, KEPT, running_browser)


@pytest.fixture(scope="module")
def web(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    shared_folder: Path,
    redis_url: str,
) -> str:
    """The address of a web process whose database `furnish.py` has filled."""

    def start() -> AbstractContextManager[str]:
        return furnished_web(tmp_path_factory.mktemp("web") / "data", shared_folder, redis_url)

    return kept_in_folder(request, WEB, start)


@contextmanager
def furnished_web(data: Path, shared_folder: Path, redis_url: str) -> Iterator[str]:
    port = free_port()
    environment = os.environ | {
        "RUNBOOK_DEBUG": "1",
        "RUNBOOK_LOG_LEVEL": "ERROR",
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "runbook.settings",
        "PYTHONPATH": str(ROOT),
    }
    python = [sys.executable]
    program = [*python, "tests/browser/furnish.py"]

    def furnish(folder: Path) -> None:
        folder.mkdir()
        filled = environment | {"RUNBOOK_DATA": str(folder)}
        subprocess.run(program, cwd=ROOT, env=filled, check=True)

    shutil.copytree(make_once(shared_folder / "furnished", furnish), data)
    environment |= {"RUNBOOK_DATA": str(data), "RUNBOOK_STATUS_PUBLIC": "1"}
    command = ["-m", "uvicorn", "runbook.asgi:application", "--port", str(port)]
    options = ["--log-level", "error", "--timeout-graceful-shutdown", "2"]
    options += ["--timeout-keep-alive", "620"]
    server = subprocess.Popen([*python, *command, *options], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, trust_env=False) as client:
            wait_until(lambda: _is_live(client), "the web process answers")
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _is_live(client: httpx.Client) -> bool:
    try:
        return client.get("/health/live").is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def signed_in(request: pytest.FixtureRequest, web: str) -> SignedIn:
    """The cookies of a person who has signed in, once for all tests: checking a password is slow
    by design."""
    return kept_in_folder(request, SIGNED_IN, lambda: nullcontext(cache(partial(_cookies, web))))


def _cookies(web: str, person: str) -> StorageState:
    with httpx.Client(base_url=web, timeout=60, trust_env=False) as client:
        sign_in(client, person, PASSWORD)
        return as_browsers_keep(client.cookies.jar)


@pytest.fixture
def open_page(browser: Browser, web: str, signed_in: SignedIn) -> Iterator[OpenPage]:
    """`open_page(path, person="engineer", **context options)`: a page of a browser of its own.

    At the end no page may have had an error of its own scripts or policy.
    """
    contexts, faults = [], []

    def enter(path: str, *, person: str = "engineer", **options: object) -> Page:
        if person:
            options["storage_state"] = signed_in(person)
        context = browser.new_context(**options)  # type: ignore[arg-type]  # passed through unread
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if _is_fault(m.type, m.text) else None)
        page.goto(f"{web}{path}")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert faults == []


EXPECTED = ("Failed to load resource", "WebSocket", "htmx:", "Response Status Error")


def _is_fault(kind: str, text: str) -> bool:
    """A refused or lost request is part of what is tested; a broken script or policy is not."""
    return kind == "error" and not any(words in text for words in EXPECTED)
