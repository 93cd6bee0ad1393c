"""What is taken out of texts, what is left of them, and what nothing is taken out of."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from runbook.redaction.redactor import Redactor

DATA = Path(__file__).parents[2] / "data" / "redaction"
SECRETS = [
    (pair["text"], pair["left"]) for pair in yaml.safe_load((DATA / "secrets.yaml").read_text())
]
HARMLESS = yaml.safe_load((DATA / "harmless.yaml").read_text())


@pytest.mark.parametrize(("text", "left"), SECRETS)
def test_a_secret_is_replaced_by_what_it_was(text: str, left: str) -> None:
    assert Redactor().text(text) == left
    assert Redactor().text(left) == left


@pytest.mark.parametrize("text", HARMLESS)
def test_a_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.parametrize(("text", "left"), SECRETS)
def test_lines_give_what_the_whole_text_gives(text: str, left: str) -> None:
    lines = Redactor().lines()
    taken = [out for line in text.split("\n") for out in lines.line(line)]
    assert "\n".join([*taken, *lines.close()]) == left
