"""The shipped runbook carries the facts of its five sources and none of their sentences."""

from __future__ import annotations

import re

SENTENCE = 8


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    """Every run of `SENTENCE` words in the prose; code is Google's and is left out."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", " ", text, flags=re.DOTALL)
    words = re.findall(r"[a-z0-9$%+]+", prose.lower())
    return {tuple(words[i : i + SENTENCE]) for i in range(len(words) - SENTENCE + 1)}


def test_shipped_shares_no_sentence_with_its_sources(source: bytes, seeds: dict[str, str]) -> None:
    own = runs_of_words(source.decode())
    shared = {
        name: sorted(" ".join(run) for run in own & runs_of_words(text))
        for name, text in seeds.items()
    }
    assert {name: runs for name, runs in shared.items() if runs} == {}


def test_shipped_comes_from_five_sources(seeds: dict[str, str]) -> None:
    assert len(seeds) == 5
