"""A real browser makes nothing but text of what an attacker wrote: no script of theirs runs,
nothing is asked for, and the policy has nothing to stop."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Route

from incidents.models import Approval, Incident
from tests.incidents.views.conftest import SignIn
from tests.incidents.views.test_hostile_text import hostile

__all__ = ["hostile"]

ORIGIN = "http://runbook.test"
WATCH = """
    window.seen = [];
    window.hostile = () => seen.push("a script ran");
    document.addEventListener("securitypolicyviolation", (e) => seen.push(e.violatedDirective));
"""


@pytest.mark.browser
def test_nothing_of_theirs_runs(
    browser: Browser, hostile: Incident, commander: User, sign_in: SignIn
) -> None:
    room = f"/incidents/INC-{hostile.number}/"
    run = hostile.runs.order_by("-number")[0]
    places = [room, f"{room}?timeline=proof", f"{room}board/", "/", "/environments/staging/"]
    places += [f"/approvals/{Approval.objects.get().pk}/", f"/runs/{run.pk}/output/", "/status/"]
    client = sign_in(commander)
    pages = {f"{ORIGIN}{place}": client.get(place) for place in places}
    assert {page.status_code for page in pages.values()} == {200}
    asked: list[str] = []

    def answer(route: Route) -> None:
        """Those pages, and static files from their folder; nothing else is there."""
        url = route.request.url
        file = settings.BASE_DIR / urlsplit(url).path.lstrip("/")
        if url in pages:
            found = pages[url]
            headers = {n: v for n, v in found.items() if n not in ("Content-Length", "Vary")}
            route.fulfill(status=200, headers=headers, body=found.content)
        elif url.startswith(f"{ORIGIN}/static/") and file.is_file():
            route.fulfill(path=file)
        else:
            asked.append(url)
            route.abort()

    context = browser.new_context()
    context.add_init_script(WATCH)
    context.route("**/*", answer)
    page = context.new_page()
    try:
        for place in places:
            page.goto(f"{ORIGIN}{place}")
            page.mouse.move(300, 300)
            assert page.evaluate("window.seen") == [], place
            assert page.locator("x-hostile").count() == 0, place
            assert page.locator("[onerror], [onload], [onmouseover], [onclick]").count() == 0
    finally:
        context.close()
    assert [url for url in asked if not url.startswith(f"{ORIGIN}/")] == []
