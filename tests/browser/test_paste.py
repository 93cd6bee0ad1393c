"""A command that is not run here: copied, run elsewhere, and its output pasted for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

ROOM = "/incidents/INC-2/"


def test_a_pasted_output_reaches_the_other_browser(open_page: OpenPage) -> None:
    mine, theirs = open_page(ROOM, person="engineer"), open_page(ROOM, person="commander")
    for page in (mine, theirs):
        expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
        page.locator(".step-link", has_text="create its secret in your own").first.click()
        expect(page.locator("#step-panel .paste").first).to_be_visible()

    box = mine.locator("#step-panel .paste").first
    box.locator("summary").click()
    box.locator("textarea").fill("Created version [1].\n<b>not bold</b>")
    box.get_by_role("button", name="Keep this output").click()

    pasted = theirs.locator("#step-panel .pasted").first
    expect(pasted.locator("pre")).to_have_text("Created version [1].\n<b>not bold</b>")
    expect(pasted).to_contain_text("Emeka Obi ran this elsewhere")
