"""WCAG 2.2 AA by axe on pages that are filled in, and on those for strangers."""

from __future__ import annotations

import pytest

from tests.browser.axe import THEMES, findings
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

PATHS = {
    "account": "/account/",
    "change password": "/account/password/",
    "notices": "/notifications/",
    "own notifications": "/account/notifications/",
    "report": "/incidents/INC-1/report/?edit=causes",
    "follow-ups": "/follow-ups/",
    "not found": "/nothing/",
}


@pytest.mark.parametrize("name", PATHS)
def test_form_is_accessible(name: str, open_page: OpenPage) -> None:
    assert findings(open_page(PATHS[name], bypass_csp=True)) == []


def test_sign_in_is_accessible(open_page: OpenPage) -> None:
    assert findings(open_page("/sign-in/", person="", bypass_csp=True)) == []


def test_theme_is_the_one_that_the_system_asks_for(open_page: OpenPage) -> None:
    page = open_page("/sign-in/", person="", bypass_csp=True)
    colours = set()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        colours.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    assert len(colours) == len(THEMES)
