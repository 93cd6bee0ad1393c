"""Commands are found by listing folders, and every one of them is documented."""

from __future__ import annotations

import re
from pathlib import Path

from runbook.commands import registry
from runbook.commands.base import Effect

PAGE = Path(__file__).resolve().parents[3] / "docs" / "commands.md"


def test_known_commands_are_those_of_the_page() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == [(kind.name, str(kind.effect), kind.summary) for kind in registry.known()]


def test_known_commands_have_unique_names_and_whole_sentences() -> None:
    kinds = registry.known()
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert [kind.name for kind in kinds if not kind.summary.endswith(".")] == []


def test_what_a_command_does_shows_in_its_verb() -> None:
    google = [kind for kind in registry.known() if "gcloud " in kind.name]
    wrong = [kind.name for kind in google if (kind.effect is Effect.READS) != _reads(kind.name)]
    assert wrong == []


def _reads(name: str) -> bool:
    verb = name.rpartition(" ")[-1]
    return verb in {"access", "describe", "get-health", "list", "read"}
