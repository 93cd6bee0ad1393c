"""One real Chromium for the tests of a module, or of a folder."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

PATIENCE_MS = 90_000  # how long anything may take on a machine that does other things too
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
KEPT = pytest.StashKey[Browser]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Use `browser.new_context()` per person. Ends with the module: others may be asynchronous."""
    with running_browser() as running:
        yield running


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Until its end Playwright keeps an event loop in this thread: Django's check for one is off,
    and tests that need a loop of their own cannot run."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("No Chromium on PATH; `make system` installs it or names what is missing.")
    expect.set_options(timeout=PATIENCE_MS)
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=program, args=arguments)
            yield running
            running.close()


def as_browsers_keep(cookies: CookieJar) -> StorageState:
    """Cookies that were got without a browser, for the `storage_state` of a new context."""
    return {
        "cookies": [
            {
                "name": cookie.name,
                "value": cookie.value or "",
                "domain": cookie.domain,
                "path": cookie.path,
                "expires": cookie.expires or -1,
                "httpOnly": cookie.has_nonstandard_attr("HttpOnly"),
                "secure": cookie.secure,
                "sameSite": "Lax",
            }
            for cookie in cookies
        ],
        "origins": [],
    }
