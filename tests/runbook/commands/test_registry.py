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


def test_only_two_commands_change_something() -> None:
    assert [kind.name for kind in registry.known() if kind.effect is not Effect.READS] == [
        "gcloud compute networks vpc-access connectors update",
        "gcloud sql instances patch",
    ]
