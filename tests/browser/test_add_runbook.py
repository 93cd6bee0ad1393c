"""Files that are no runbook get a sentence next to the form, and nothing is saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"# Long\n" + b"words and more words\n" * (5 * MEBIBYTE // 21), "5.0 MiB"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", "binary"),
        ("# Café\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_file_that_is_no_runbook_is_refused_in_words(
    open_page: OpenPage, content: bytes, words: str
) -> None:
    page = open_page("/runbooks/", person="commander")
    shelf = page.locator(".shelf-link").count()
    page.get_by_text("Add a runbook").click()
    given: FilePayload = {"name": "mine.md", "mimeType": "text/markdown", "buffer": content}
    page.locator("input[type=file]").set_input_files(given)
    page.get_by_role("button", name="Add to the library").click()

    expect(page.locator(".add-runbook [data-refusal]")).to_contain_text(words)
    page.reload()
    expect(page.locator(".shelf-link")).to_have_count(shelf)


def test_a_files_runbook_is_opened(open_page: OpenPage) -> None:
    page = open_page("/runbooks/", person="commander")
    page.get_by_text("Add a runbook").click()
    given: FilePayload = {
        "name": "disk.md",
        "mimeType": "text/markdown",
        "buffer": b"# The disk is full\r\n\r\n- [ ] Look at <b>df</b>\r\n",
    }
    page.locator("input[type=file]").set_input_files(given)
    page.get_by_role("button", name="Add to the library").click()

    page.wait_for_url(re.compile("/runbooks/the-disk-is-full/"))
    expect(page.locator("h1")).to_have_text("The disk is full")
