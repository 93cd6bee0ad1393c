"""The pages of administrators in a real browser: readable by all; what is refused stays typed."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

PATHS = [
    "/environments/",
    "/environments/production/",
    "/groups/",
    "/groups/1/channels/",
    "/notifications/undelivered/",
    "/people/",
    "/rotas/",
    "/rotas/database-on-call/",
    "/account/tokens/",
    "/alerts/",
    "/alerts/rules/?try=1",
    "/alerts/rules/new/?message=1",
    "/alerts/sources/",
]


def _sideways(page: Page) -> int:
    page.set_viewport_size({"width": 360, "height": 780})
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_pages_are_accessible_and_fit_a_phone(open_page: OpenPage) -> None:
    page = open_page("/", person="superuser", bypass_csp=True)
    found, wide = [], []
    for path in PATHS:
        page.goto(urljoin(page.url, path))
        for details in page.locator("main details").all():
            details.evaluate("each => { each.open = true }")
        found += findings(page)
        wide += [path] if _sideways(page) > 0 else []

    assert (found, wide) == ([], [])


def test_refused_settings_stay_typed_until_they_are_right(open_page: OpenPage) -> None:
    page = open_page("/environments/production/", person="superuser")
    field, save = page.get_by_label("Region"), page.get_by_role("button", name="Save the settings")
    before = field.input_value()
    field.fill("nowhere")
    save.click()
    expect(page.get_by_text("“nowhere” is not a region")).to_be_visible()
    expect(field).to_have_value("nowhere")

    field.fill("europe-west8")
    with page.expect_navigation():
        save.click()
    expect(page.locator(".deeds li").first).to_contain_text("changed region of production")
    field.fill(before)
    with page.expect_navigation():
        save.click()
    expect(field).to_have_value(before)


def test_question_before_what_cannot_be_taken_back_needs_more_than_enter(
    open_page: OpenPage,
) -> None:
    page = open_page("/people/", person="superuser", bypass_csp=True)
    page.get_by_text("Change", exact=False).first.click()
    page.get_by_role("button", name="Deactivate").first.click()
    question = page.get_by_role("dialog", name="Deactivate")
    expect(question.get_by_role("button", name="Not now")).to_be_focused()
    expect(question.get_by_role("button", name="Deactivate")).to_have_class("button button-bad")
    assert findings(page, "#confirm") == []
    page.keyboard.press("Enter")
    expect(question).not_to_be_visible()

    page.get_by_role("button", name="Make superuser").first.click()
    question = page.get_by_role("dialog", name="Make")
    expect(question.get_by_role("button", name="Make superuser")).to_have_class(
        "button button-main"
    )
