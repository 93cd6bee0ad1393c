"""WCAG 2.2 AA by axe on every page, in both themes and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[1] / "data/axe/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATHS = {
    "now": "/",
    "room": "/incidents/INC-1/",
    "protected room": "/incidents/INC-2/",
    "resolved room": "/incidents/INC-4/",
    "board": "/incidents/INC-1/board/",
    "approvals": "/approvals/",
    "runbooks": "/runbooks/",
    "runbook": "/runbooks/staging-cannot-reach-cloud-sql/",
    "status": "/status/",
    "output": "/runs/1/output/",
    "not found": "/nothing/",
}


def _findings(page: Page) -> list[str]:
    """One line per rule and element that axe objects to."""
    page.add_script_tag(path=AXE)
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS
    )
    return [
        f"{rule['id']}: {node['html'][:120]} {node['any'][0]['message'] if node['any'] else ''}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_page_is_accessible(name: str, theme: str, open_page: OpenPage) -> None:
    page = open_page(PATHS[name], color_scheme=theme, bypass_csp=True)

    assert _findings(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sign_in_is_accessible(theme: str, open_page: OpenPage) -> None:
    page = open_page("/sign-in/", person="", color_scheme=theme, bypass_csp=True)

    assert _findings(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_with_a_run_is_accessible(theme: str, open_page: OpenPage) -> None:
    page = open_page("/incidents/INC-1/", color_scheme=theme, bypass_csp=True)
    links = page.locator(".step-link:has(.state)")
    found = []
    for place in range(links.count()):
        links.nth(place).click()
        title = links.nth(place).locator(".step-title").inner_text()
        page.locator("#step-title", has_text=title).wait_for()
        found += _findings(page)

    assert found == []


@pytest.mark.parametrize("name", ["now", "room", "board", "approvals", "status", "runbook"])
@pytest.mark.parametrize("width", [360, 1024])
def test_page_never_scrolls_sideways(name: str, width: int, open_page: OpenPage) -> None:
    page = open_page(PATHS[name], viewport={"width": width, "height": 780})
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert overflow <= 0
