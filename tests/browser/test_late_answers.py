"""An answer that comes after a live change has already redrawn what was pressed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

ROOM = "/incidents/INC-2/"


# The answer to a POST reaches htmx 1.5 s late, as over a bad line; notices are not delayed.
LATE_ANSWERS = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    const loaded = this.onload;
    if (body) this.onload = (event) => setTimeout(() => loaded.call(this, event), 1500);
    return send.call(this, body);
  };
}"""


def test_a_late_answer_does_not_nest_the_panel(open_page: OpenPage) -> None:
    page = open_page(ROOM, person="commander")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    page.locator(".step-link:has(.effect-reads)").last.click()
    expect(page.locator("#step-panel .effect-reads").first).to_be_visible()
    page.evaluate(LATE_ANSWERS)

    button = page.locator("#step-panel .command [data-run-button]").first
    pressed = button.get_attribute("id")
    button.click()
    expect(page.locator(f"#{pressed}")).to_have_count(0)
    page.wait_for_timeout(2000)  # the late answer comes in this time

    expect(page.locator("#step-panel")).to_have_count(1)
    expect(page.locator("#step-panel .command")).not_to_have_count(0)
