"""An answer that comes after a live change has already redrawn what was pressed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

ROOM = "/incidents/INC-2/"


# Answers to POST, or to GET, reach htmx 1.5 s late, as over a bad line; notices are not delayed.
LATE_ANSWERS = """(isPost) => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    const loaded = this.onload;
    if (Boolean(body) === isPost)
      this.onload = (event) => setTimeout(() => loaded.call(this, event), 1500);
    return send.call(this, body);
  };
}"""


def test_a_late_answer_does_not_nest_the_panel(open_page: OpenPage) -> None:
    page = open_page(ROOM, person="commander")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    page.locator(".step-link:has(.effect-reads)").last.click()
    expect(page.locator("#step-panel .effect-reads").first).to_be_visible()
    page.evaluate(LATE_ANSWERS, True)

    button = page.locator("#step-panel .command [data-run-button]").first
    pressed = button.get_attribute("id")
    button.click()
    expect(page.locator(f"#{pressed}")).to_have_count(0)
    page.wait_for_timeout(2000)  # the late answer comes in this time

    expect(page.locator("#step-panel")).to_have_count(1)
    expect(page.locator("#step-panel .command")).not_to_have_count(0)


def test_what_changes_while_a_panel_is_fetched_is_fetched_as_well(open_page: OpenPage) -> None:
    """The first answer alters the panel's own attributes, as when a phase begins."""
    looking, ticking = (open_page(ROOM, person=name) for name in ("engineer", "commander"))
    for page in (looking, ticking):
        expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    looking.evaluate(LATE_ANSWERS, False)
    looking.evaluate(
        "for (const each of document.querySelectorAll('.phase')) each.classList.add('is-other')"
    )
    open_steps = ticking.locator(".phase").first.locator("li.step-open:has(.tick-form)")
    rows = [open_steps.nth(place).get_attribute("id") for place in (0, 1)]

    with looking.expect_request("**/panels/phase-**"):
        ticking.locator(f"#{rows[0]} .tick").click()
    ticking.locator(f"#{rows[1]} .tick").click()

    for row in rows:
        expect(looking.locator(f"#{row}")).to_have_class(re.compile(r"\bstep-done\b"))
    expect(looking.locator(".phase").first).not_to_have_class(re.compile("is-other"))


def test_what_changes_while_the_page_loads_is_shown(open_page: OpenPage) -> None:
    ticking, loading = (open_page(ROOM, person=name) for name in ("commander", "engineer"))
    row = ticking.locator("li.step-open:has(.tick-form)").last.get_attribute("id")
    script, held = re.compile(r"/live\b.*\.js"), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    loading.route(script, hold)
    with loading.expect_request(script):
        loading.reload(wait_until="commit")
    expect(loading.locator(f"#{row} .tick")).to_have_attribute("aria-checked", "false")
    ticking.locator(f"#{row} .tick").click()
    expect(ticking.locator(f"#{row} .tick")).to_have_attribute("aria-checked", "true")

    held[0].continue_()

    expect(loading.locator(f"#{row} .tick")).to_have_attribute("aria-checked", "true")


def test_what_the_server_could_not_answer_is_fetched_again(open_page: OpenPage) -> None:
    looking, ticking = (open_page(ROOM, person=name) for name in ("engineer", "commander"))
    for page in (looking, ticking):
        expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    refused = set()

    def refuse_once(route: Route) -> None:
        if route.request.url in refused:
            route.continue_()
            return
        refused.add(route.request.url)
        route.fulfill(status=503, body="")

    looking.route("**/panels/phase-**", refuse_once)
    row = ticking.locator(".phase").first.locator("li.step-open:has(.tick-form)").first
    place = row.get_attribute("id")

    ticking.locator(f"#{place} .tick").click()

    expect(looking.locator(f"#{place}")).to_have_class(re.compile("step-done"))
    assert refused
