"""WCAG 2.2 AA by axe on pages that are read: the work, its approvals and runbooks."""

from __future__ import annotations

import pytest

from tests.browser.axe import findings, too_wide
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

PATHS = {
    "now": "/",
    "status": "/status/",
    "approvals": "/approvals/",
    "approval that waits": "/approvals/1/",
    "void approval": "/approvals/2/",
    "runbooks": "/runbooks/",
    "runbook": "/runbooks/staging-cannot-reach-cloud-sql/",
    "health": "/health/",
    "health of an environment": "/health/staging/",
    "health check": "/health/staging/1/",
    "differences": "/runbooks/staging-cannot-reach-cloud-sql/?against=1#book-differences",
}
FIT_A_PHONE = ["now", "approvals", "status", "runbook", "health of an environment"]


@pytest.mark.parametrize("name", PATHS)
def test_page_is_accessible(name: str, open_page: OpenPage) -> None:
    assert findings(open_page(PATHS[name], bypass_csp=True)) == []


@pytest.mark.parametrize("name", FIT_A_PHONE)
def test_page_never_scrolls_sideways(name: str, open_page: OpenPage) -> None:
    assert too_wide(open_page(PATHS[name])) == {}
