"""WCAG 2.2 AA by axe in rooms and what belongs to them, in both themes and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.axe import findings, too_wide
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

PATHS = {
    "room": "/incidents/INC-1/",
    "protected room": "/incidents/INC-2/",
    "resolved room": "/incidents/INC-4/",
    "handing over": "/incidents/INC-1/handoff/",
    "board": "/incidents/INC-1/board/",
    "wall": "/incidents/INC-1/board/?wall",
    "newer revision": "/incidents/INC-1/revision/",
    "output": "/runs/1/output/",
}
FIT_A_PHONE = ["room", "board", "newer revision"]


@pytest.mark.parametrize("name", PATHS)
def test_room_is_accessible(name: str, open_page: OpenPage) -> None:
    assert findings(open_page(PATHS[name], bypass_csp=True)) == []


@pytest.mark.parametrize("name", FIT_A_PHONE)
def test_room_never_scrolls_sideways(name: str, open_page: OpenPage) -> None:
    assert too_wide(open_page(PATHS[name])) == {}


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
