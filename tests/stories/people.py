"""People in front of real browsers: one method per sentence of a story."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.support.browsers import PATIENCE_MS


class Person:
    """Somebody with one page open, signed in if they have cookies. Waits are bounded, never
    fixed."""

    def __init__(self, browser: Browser, address: str, cookies: StorageState | None = None) -> None:
        self.address = address
        self.context = browser.new_context(
            viewport={"width": 1440, "height": 900}, storage_state=cookies
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.faults.append(said.text) if _is_fault(said.type, said.text) else None,
        )

    def sign_in(self, username: str, password: str) -> None:
        self.page.goto(f"{self.address}/sign-in/")
        self.page.get_by_label("Name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.address}/")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def start_incident(self, slug: str) -> str:
        """From the runbook's page, as it is filled in; the path of the room."""
        self.open(f"/runbooks/{slug}/")
        self.page.get_by_role("button", name="Start the incident").click()
        self.page.wait_for_url(re.compile(r"/incidents/INC-\d+/"))
        return self.page.url.removeprefix(self.address).partition("?")[0]

    def wait_until_live(self) -> None:
        expect(self.page.locator("[data-live-state]")).to_have_attribute("data-state", "live")

    def row(self, title: str) -> Locator:
        return self.page.locator("li.step", has_text=title).first

    def tick(self, title: str) -> None:
        self.row(title).get_by_role("checkbox").click()

    def sees_ticked(self, title: str, by: str) -> None:
        row = self.row(title)
        expect(row.get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
        expect(row).to_contain_text(by)

    def choose(self, title: str) -> None:
        self.row(title).locator("a.step-link").click()
        expect(self.page.locator("#step-title")).to_contain_text(title)

    @property
    def step(self) -> Locator:
        return self.page.locator("#step-panel")

    def run(self) -> None:
        self.step.locator("[data-run-button]").first.click()

    def sees_in_step(self, words: str | re.Pattern[str]) -> None:
        expect(self.step).to_contain_text(words)

    def sees_output(self, words: str) -> None:
        expect(self.step.locator("[data-lines]").first).to_contain_text(words)

    def sees(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.locator("body")).to_contain_text(words)

    def changing_controls(self) -> int:
        """Forms on the page that would change something, signing out aside."""
        return self.page.locator("form[method=post]:not([action='/sign-out/'])").count()


NETWORK = (
    "Failed to load resource",
    "WebSocket",
    "htmx:afterRequest",
    "htmx:sendError",
    "htmx:sendAbort",
    "Response",
)


def _is_fault(kind: str, text: str) -> bool:
    """Errors of our scripts and policy; a refused request, one that leaving a page cut off, or a
    lost socket is part of the story."""
    return kind == "error" and not any(word in text for word in NETWORK)
