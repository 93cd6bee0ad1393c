"""The room as two people and a busy keyboard meet it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

ROOM = "/incidents/INC-2/"


def _wait_until_live(page: Page) -> None:
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")


def _open_rows(page: Page) -> list[str]:
    ids = page.locator("li.step-open").evaluate_all("rows => rows.map(row => row.id)")
    return [str(found) for found in ids]


def test_a_tick_reaches_the_other_browser_with_name_and_time(open_page: OpenPage) -> None:
    mine, theirs = open_page(ROOM, person="commander"), open_page(ROOM, person="engineer")
    _wait_until_live(mine)
    _wait_until_live(theirs)
    row = _open_rows(mine)[0]
    mine.locator(f"#{row} .tick").click()

    expect(theirs.locator(f"#{row} .tick")).to_have_attribute("aria-checked", "true")
    expect(theirs.locator(f"#{row}")).to_contain_text("Chiara Moretti")


def test_a_row_changes_while_the_keyboard_is_on_it(open_page: OpenPage) -> None:
    watching, ticking = open_page(ROOM, person="engineer"), open_page(ROOM, person="commander")
    _wait_until_live(watching)
    row = _open_rows(ticking)[0]
    link = watching.locator(f"#link-{row.removeprefix('row-')}")
    link.focus()
    ticking.locator(f"#{row} .tick").click()

    expect(link).to_contain_text("Chiara Moretti")
    expect(link).to_be_focused()


def test_steps_that_need_a_look_can_be_shown_alone(open_page: OpenPage) -> None:
    page = open_page("/incidents/INC-1/", person="engineer")
    page.get_by_role("button", name=re.compile("Needs a look")).click()

    expect(page.locator("[data-row]:not([hidden])")).to_have_count(6)
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator("[data-row][hidden]")).to_have_count(0)


def test_a_change_leaves_typed_words_focus_and_open_details(open_page: OpenPage) -> None:
    typing, ticking = open_page(ROOM, person="engineer"), open_page(ROOM, person="commander")
    _wait_until_live(typing)
    row = _open_rows(ticking)[1]
    step = row.removeprefix("row-")
    typing.locator(f"#link-{step}").click()
    typing.locator(f"#skip-{step} summary").click()
    typing.locator(f"#skip-reason-{step}").fill("half a sent")
    other = _open_rows(ticking)[3]
    ticking.locator(f"#{other} .tick").click()
    expect(typing.locator(f"#{other} .tick")).to_have_attribute("aria-checked", "true")

    expect(typing.locator(f"#skip-reason-{step}")).to_have_value("half a sent")
    expect(typing.locator(f"#skip-reason-{step}")).to_be_focused()


def test_a_change_of_the_same_step_keeps_typed_words(open_page: OpenPage) -> None:
    typing, running = open_page(ROOM, person="commander"), open_page(ROOM, person="engineer")
    _wait_until_live(typing)
    typing.locator("#tab-updates").click()
    typing.locator("#update-text").fill("We know the cause")
    typing.locator("#tab-timeline").click()
    running.locator(".step-link:has(.effect-reads)").first.click()
    running.locator("[data-run-button]").first.click()
    expect(typing.locator(".entry").first).to_contain_text("ran")

    expect(typing.locator("#update-text")).to_have_value("We know the cause")


def test_a_refusal_stands_in_the_form_that_caused_it(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    step = _open_rows(page)[0].removeprefix("row-")
    page.locator(f"#link-{step}").click()
    expect(page).to_have_url(re.compile(f"step={step}"))  # the panel was drawn again by then
    page.locator(f"#skip-{step} summary").click()
    page.locator(f"#skip-{step} button[type=submit]").click()

    expect(page.locator(f"#skip-{step} [role=alert]")).to_contain_text("Say in a few words")


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "The server cannot be reached"), (403, "out of date"), (500, "failed on our side")],
)
def test_a_failure_stands_in_the_form_that_was_sent(
    status: int, words: str, open_page: OpenPage
) -> None:
    page = open_page(ROOM)
    step = _open_rows(page)[0].removeprefix("row-")
    page.route(
        f"**/steps/{step}/tick/",
        lambda route: route.fulfill(status=status, body="") if status else route.abort(),
    )
    page.locator(f"#tick-{step}").click()

    expect(page.locator(f"#row-{step} [role=alert]")).to_contain_text(words)


def test_the_page_says_when_the_server_is_away_and_keeps_polling(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    page.route_web_socket(re.compile("/live/"), lambda socket: socket.close())
    page.reload()
    state = page.locator("[data-live-state]")

    expect(state).to_have_attribute("data-state", "reconnecting")
    expect(state).to_have_text("offline, polling")
    with page.expect_request(lambda request: "/panels/" in request.url):
        pass


def test_the_keyboard_moves_and_ticks(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    rows = _open_rows(page)
    page.keyboard.press("j")
    expect(page.locator(".step-link[aria-current]")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("n")
    chosen = page.locator(".step:has([aria-current])")
    expect(chosen).to_have_id(rows[0])
    page.keyboard.press("x")

    expect(page.locator(f"#{rows[0]} .tick")).to_have_attribute("aria-checked", "true")


def test_help_and_search_by_key(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("certificate")

    for row in page.locator("[data-row]:visible").all():
        expect(row).to_contain_text(re.compile("certificate", re.IGNORECASE))


def test_choosing_a_step_can_be_undone_with_back(open_page: OpenPage) -> None:
    page = open_page(ROOM)
    title = page.locator("#step-title").inner_text()
    page.locator(".step-link").nth(6).click()
    expect(page).to_have_url(re.compile(r"\?step=\d+"))
    page.go_back()

    expect(page.locator("#step-title")).to_have_text(title)


def test_a_phone_shows_one_part_at_a_time(open_page: OpenPage) -> None:
    page = open_page(ROOM, viewport={"width": 360, "height": 780}, has_touch=True)
    expect(page.locator(".room-step")).to_be_hidden()
    page.locator(".step-link").nth(4).tap()
    expect(page.locator("#step-title")).to_be_visible()
    page.locator("[data-show=side]").tap()

    expect(page.locator("#timeline")).to_be_visible()
    expect(page.locator(".room-steps")).to_be_hidden()


def test_pages_work_without_script(open_page: OpenPage) -> None:
    page = open_page(ROOM, java_script_enabled=False)
    row = page.locator("li.step-open").first
    name = row.get_attribute("id")
    row.locator(".tick").click()

    expect(page.locator(f"#{name} .tick")).to_have_attribute("aria-checked", "true")


def test_theme_can_be_switched_and_stays(open_page: OpenPage) -> None:
    page = open_page("/", color_scheme="light")
    page.locator("[data-theme-button]").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_notice_read_elsewhere_leaves_bell_and_title(open_page: OpenPage) -> None:
    room, reading = open_page("/incidents/INC-3/"), open_page("/notifications/")
    _wait_until_live(room)
    bell, approvals = room.locator("#bell"), room.locator("#approvals-link")
    unread, asked = (int(each.get_attribute("data-waiting") or 0) for each in (bell, approvals))
    expect(room).to_have_title(re.compile(rf"^\({unread + asked}\) INC-3"))

    reading.get_by_role("button", name=re.compile("Mark read")).first.click()

    expect(bell).to_have_attribute("data-waiting", str(unread - 1))
    expect(room).to_have_title(re.compile(rf"^\({unread + asked - 1}\) INC-3"))
