"""The health of an environment in a real browser: charts are drawn under the strict policy, and who
runs a check is seen by the others at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_charts_are_drawn_in_both_themes(open_page: OpenPage) -> None:
    page = open_page("/health/staging/trend/?metric=connector.utilisation")

    expect(page.locator(".trend-plot[data-drawn] canvas")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".trend-plot[data-drawn] canvas")).to_have_count(1)
    expect(page.get_by_role("row", name="95 %")).to_be_visible()


def test_a_check_that_one_runs_is_seen_by_the_other(open_page: OpenPage) -> None:
    watching = open_page("/health/production/", person="leader")
    expect(watching.locator("[data-live-state=live], [data-state=live]")).to_be_visible()
    asking = open_page("/health/production/", person="commander")

    asking.get_by_role("button", name="Run now").click()

    expect(asking.get_by_role("button", name="Checking…")).to_be_disabled()
    expect(watching.get_by_text("waits for a worker")).to_be_visible()
    expect(watching.get_by_text("asked by Chiara Moretti")).to_be_visible()
