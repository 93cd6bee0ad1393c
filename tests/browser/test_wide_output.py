"""Tables, long values and long names of fields stay readable where there is little room."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

ROOM = "/incidents/INC-1/"


def _height(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["height"]


def _open_first_read(page: Page) -> None:
    page.locator(".step-link:has(.effect-reads)").first.click()
    expect(page.locator("#step-panel .terminal")).to_have_count(1)


def test_a_table_is_not_wrapped_until_a_person_says_so(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    _open_first_read(page)
    head = page.locator(".line-head")
    wrap = page.get_by_role("button", name="Wrap")

    expect(wrap).to_have_attribute("aria-pressed", "false")
    expect(head).to_have_count(1)
    one_line = _height(head)
    wrap.click()

    assert _height(head) > one_line


def test_words_that_only_sound_bad_are_not_marked(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    _open_first_read(page)

    expect(page.locator(".line", has_text="Failure threshold")).to_have_count(1)
    expect(page.locator(".line-bad")).to_have_count(0)


def test_the_head_of_a_table_stays_above_its_rows(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    _open_first_read(page)
    box = page.locator("[data-lines]")
    box.evaluate("box => box.scrollTo(0, box.scrollHeight)")

    expect(page.locator(".line-head")).to_be_in_viewport()


def test_the_page_of_all_lines_keeps_a_table_wide_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/runs/1/output/", viewport={"width": 390, "height": 844})

    assert _height(page.locator(".line-head")) < 30
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_long_value_leaves_room_for_what_was_expected(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    _open_first_read(page)
    check = page.locator(".check-passed").first

    assert _height(check) < 250


def test_names_of_planned_fields_are_not_broken_apart(open_page: OpenPage) -> None:
    page = open_page(ROOM, viewport={"width": 390, "height": 844})
    page.goto(page.url.partition("?")[0] + "?step=" + _step_of_plan(page))
    names = page.locator(".difference tbody th")

    assert [_height(names.nth(place)) < 40 for place in range(names.count())] == [True, True]


def _step_of_plan(page: Page) -> str:
    link = page.locator(".step-link:has(.state-waiting)").first
    return str(link.get_attribute("href")).partition("=")[2]
