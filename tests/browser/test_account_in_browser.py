"""A person sets up a passkey and an app in a real browser, and signs in with each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import findings
from tests.browser.people import PASSWORD
from tests.support.browsers import PATIENCE_MS

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named_web(web: str) -> str:
    """Under a name: browsers refuse passkeys for numeric addresses."""
    return web.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that has a passkey device built in."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 360, "height": 780})
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    device = context.new_cdp_session(opened)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield opened
    context.close()


def _sign_in(page: Page, web: str) -> None:
    page.goto(f"{web}/sign-in/")
    page.get_by_label("Name").fill("guard")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _confirm_password(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def _look(page: Page) -> None:
    """Accessible in both themes, and not wider than a phone."""
    page.wait_for_load_state()
    assert findings(page, "main") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def _code(secret: str) -> str:
    """What the app shows, with seconds left to type it: it counts for its half minute alone."""
    left = 30 - time.time() % 30
    if left < 10:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_passkey_and_app_are_set_up_and_asked_for(page: Page, named_web: str, web: str) -> None:
    _sign_in(page, named_web)
    page.goto(f"{named_web}/account/")
    page.get_by_role("link", name="Add a passkey").click()
    _confirm_password(page)
    expect(page.get_by_label("Name of this passkey")).to_be_visible()
    _look(page)
    page.get_by_label("Name of this passkey").fill("Gita's phone")
    page.get_by_role("button", name="Add this passkey").click()

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    _look(page)
    recovery = page.locator(".recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("main")).to_contain_text("Gita's phone")
    page.get_by_role("link", name="Set up an app").click()
    expect(page.locator(".secret")).to_be_visible()
    _look(page)
    secret = page.locator(".secret").inner_text()
    page.get_by_label("The code that the app shows now").fill(_code(secret))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_role("link", name="Remove the app")).to_be_visible()

    page.context.clear_cookies()
    _sign_in(page, named_web)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    _look(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{named_web}/")

    page.goto(f"{named_web}/account/prove/?next=/approvals/")
    _look(page)
    page.get_by_role("link", name="Use a passkey instead").click()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{named_web}/approvals/")

    page.context.clear_cookies()
    _sign_in(page, web)
    page.get_by_label("Code of your app, or a recovery code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{web}/")
