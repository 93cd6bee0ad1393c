"""No template carries code or style of its own, nor an address of another host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from incidents.queries.progress import Direction, Progress
from incidents.templatetags import health

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "an inline handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "htmx's inline handler": re.compile(r"\bhx-on"),
    "an inline style": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script without a file": re.compile(r"<script(?![^>]*\bsrc=)"),
    "an address of another host": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape off"),
}
CONFIRMED = re.compile(r'data-confirm="([^"]*)"((?:\s+data-confirm-\w+(?:="[^"]*")?)*)')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_no_inline_code(path: Path) -> None:
    text = path.read_text()
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]

    assert found == []


def test_every_question_names_its_deed_on_the_button() -> None:
    """`data-confirm` is a question and what follows from it; "Yes" says neither."""
    forms = [found for path in TEMPLATES for found in CONFIRMED.findall(path.read_text())]

    assert len(forms) > 20
    assert [words for words, after in forms if "data-confirm-do=" not in after] == []
    assert [words for words, _ in forms if "?" not in words] == []


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/vendor/lucide/sprite.svg").read_text()
    drawn = set(re.findall(r'symbol id="([^"]+)"', sprite))
    tags = (ROOT / "incidents/templatetags/icons.py").read_text()
    wanted = set(re.findall(r'{% icon "([^"]+)"', "".join(p.read_text() for p in TEMPLATES)))
    wanted |= set(re.findall(r'": "([a-z0-9-]+)",', tags))
    wanted |= {Progress(way, "", None).icon for way in get_args(Direction)}
    wanted |= set(health.ICONS.values())

    assert wanted - drawn == set()


def test_every_vendored_folder_carries_its_licence() -> None:
    folders = [path for path in (ROOT / "static/vendor").iterdir() if path.is_dir()]

    assert [f.name for f in folders if not (f / "LICENSE").exists()] == []
