"""What axe finds on a page: WCAG 2.2 AA, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[1] / "data/axe/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""What alone can differ from one theme to the other."""


def findings(page: Page, part: str = "html") -> list[str]:
    """One line per rule and element that axe objects to, in both themes."""
    if page.evaluate("typeof axe") == "undefined":
        page.add_script_tag(path=AXE)
    everything = {"type": "tag", "values": TAGS}
    colours = {"type": "rule", "values": OF_COLOURS}
    return [
        *_findings_in("light", page, part, everything),
        *_findings_in("dark", page, part, colours),
    ]


def _findings_in(
    theme: Literal["light", "dark"], page: Page, part: str, rules: dict[str, Any]
) -> list[str]:
    page.emulate_media(color_scheme=theme)
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found: dict[str, Any] = page.evaluate("choice => axe.run(...choice)", [part, options])
    return [
        f"{theme} {rule['id']}: {node['html'][:120]} {_message(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _message(node: dict[str, Any]) -> str:
    return str(node["any"][0]["message"]) if node["any"] else ""


def too_wide(page: Page) -> dict[int, int]:
    """By how many pixels the page is wider than a phone and a tablet, where it is."""
    overflow = {}
    for width in (360, 1024):
        page.set_viewport_size({"width": width, "height": 780})
        overflow[width] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return {width: pixels for width, pixels in overflow.items() if pixels > 0}
