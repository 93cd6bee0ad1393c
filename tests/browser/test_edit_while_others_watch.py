"""What one person edits in the room is there for the others, at once and whole."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

ROOM = "/incidents/INC-3/"


def test_another_value_and_another_revision_reach_the_other_browser(open_page: OpenPage) -> None:
    mine, theirs = open_page(ROOM, person="commander"), open_page(ROOM, person="engineer")
    for page in (mine, theirs):
        expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
        page.get_by_role("tab", name="Runbook").click()
    mine.get_by_text("Change parameters").click()
    mine.locator("#parameter-NETWORK").fill("other-vpc")
    mine.locator("#save-parameters").click()

    expect(theirs.locator("#parameters dl")).to_contain_text("other-vpc")

    mine.get_by_text("See what it would change here").click()
    mine.locator("#parameter-TICKET").fill("OPS-1")
    mine.locator("#take-revision").click()

    expect(theirs.locator("#outline")).to_contain_text("In ${TICKET}: the first update has gone")
    expect(theirs.locator("#parameters")).to_contain_text("revision 2")
    expect(theirs.locator("#parameters dl")).to_contain_text("OPS-1")
