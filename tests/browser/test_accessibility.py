"""WCAG 2.2 AA by axe on every page, in both themes and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.axe import THEMES, findings
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

PATHS = {
    "now": "/",
    "room": "/incidents/INC-1/",
    "protected room": "/incidents/INC-2/",
    "resolved room": "/incidents/INC-4/",
    "handing over": "/incidents/INC-1/handoff/",
    "board": "/incidents/INC-1/board/",
    "wall": "/incidents/INC-1/board/?wall",
    "approvals": "/approvals/",
    "approval that waits": "/approvals/1/",
    "void approval": "/approvals/2/",
    "runbooks": "/runbooks/",
    "runbook": "/runbooks/staging-cannot-reach-cloud-sql/",
    "differences": "/runbooks/staging-cannot-reach-cloud-sql/?against=1#book-differences",
    "newer revision": "/incidents/INC-1/revision/",
    "status": "/status/",
    "output": "/runs/1/output/",
    "account": "/account/",
    "change password": "/account/password/",
    "notices": "/notifications/",
    "own notifications": "/account/notifications/",
    "report": "/incidents/INC-1/report/?edit=causes",
    "follow-ups": "/follow-ups/",
    "not found": "/nothing/",
}


@pytest.mark.parametrize("name", PATHS)
def test_page_is_accessible(name: str, open_page: OpenPage) -> None:
    assert findings(open_page(PATHS[name], bypass_csp=True)) == []


def test_sign_in_is_accessible(open_page: OpenPage) -> None:
    assert findings(open_page("/sign-in/", person="", bypass_csp=True)) == []


def test_theme_is_the_one_that_the_system_asks_for(open_page: OpenPage) -> None:
    page = open_page("/sign-in/", person="", bypass_csp=True)
    colours = set()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        colours.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    assert len(colours) == len(THEMES)


def test_every_step_with_a_run_is_accessible(open_page: OpenPage) -> None:
    page = open_page("/incidents/INC-1/", bypass_csp=True)
    links = page.locator(".step-link:has(.state)")
    found = []
    for place in range(links.count()):
        links.nth(place).click()
        title = links.nth(place).locator(".step-title").inner_text()
        page.locator("#step-title", has_text=title).wait_for()
        found += findings(page, "#step-panel")

    assert found == []


@pytest.mark.parametrize(
    "name", ["now", "room", "board", "approvals", "status", "runbook", "newer revision"]
)
def test_page_never_scrolls_sideways(name: str, open_page: OpenPage) -> None:
    page = open_page(PATHS[name])
    overflow = {}
    for width in (360, 1024):
        page.set_viewport_size({"width": width, "height": 780})
        overflow[width] = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert all(pixels <= 0 for pixels in overflow.values()), overflow
