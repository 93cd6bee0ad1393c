"""The status page says so when nothing comes to it any more, and asks by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

STREAM = "**/status/events/"
ONE_WORD = "retry: 2000\nevent: page\ndata: other\n\n"


def test_a_lost_stream_is_said_and_the_page_asked_for(open_page: OpenPage) -> None:
    page = open_page("/status/", person="")
    state = page.locator("[data-live-state]")
    page.clock.install()
    page.route(STREAM, lambda _: None)  # a proxy swallows it
    page.reload()
    page.clock.fast_forward(5000)
    expect(state).to_have_text("reconnecting")
    page.clock.fast_forward(5000)
    expect(state).to_have_text("asking every 8 s")
    expect(state).to_have_attribute("data-state", "delayed")

    page.route(STREAM, lambda route: route.abort())
    spoken = {"content_type": "text/event-stream", "body": ONE_WORD}
    page.route(STREAM, lambda route: route.fulfill(**spoken), times=1)
    page.clock.fast_forward(8000)
    expect(state).to_have_text("live")

    expect(state).to_have_text("reconnecting")  # the server is gone
    page.route("**/status/", lambda route: route.abort())
    page.clock.fast_forward(5000)
    expect(state).to_have_text("offline, asking every 8 s")

    page.unroute_all()
    page.clock.fast_forward(8000)
    expect(state).to_have_text("live")
