"""Formats and filters over recorded resources: gcloud's own library says what they give."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from runbook.commands.base import NotRunnable
from runbook.commands.language.filter import parse_filter
from runbook.commands.language.format import parse_format
from tests.support.gcloud_language import GCLOUD, Question, ask

DATA = Path(__file__).parents[3] / "data" / "language"
RESOURCES: dict[str, list[Any]] = json.loads((DATA / "resources.json").read_text())
FIRST_WORDS = 25
CRASHES = ("AttributeError", "IndexError", "TypeError", "ValueError")


def questions(kind: str) -> Iterator[Question]:
    document = yaml.safe_load((DATA / f"{kind}s.yaml").read_text())
    for name, texts in document.items():
        for text in texts:
            single = text.startswith("= ") and kind == "format"
            yield Question(
                kind, text.removeprefix("= ") if single else text, RESOURCES[name], single
            )


ASKED = [*questions("format"), *questions("filter")]


def our_answer(question: Question) -> dict[str, Any]:
    resources = copy.deepcopy(list(question.resources))
    try:
        if question.kind == "format":
            read = parse_format(question.text)
            one = read.print_one(resources[0]) if question.single else read.print_many(resources)
            return {"answer": one, "notes": []}
        wanted = parse_filter(question.text)
        found = [at for at, resource in enumerate(resources) if wanted(resource)]
        return {"answer": found, "notes": wanted.notes()}
    except NotRunnable as refusal:
        return {"error": refusal.reason, "exit": refusal.gcloud_exit}


@pytest.fixture(scope="module")
def by_gcloud(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    if GCLOUD is None:
        pytest.skip("gcloud is not installed")
    return ask(ASKED, tmp_path_factory.mktemp("gcloud"))


@pytest.mark.parametrize("at", range(len(ASKED)), ids=lambda at: f"{ASKED[at].kind}-{at}")
def test_language_is_gclouds(at: int, by_gcloud: list[dict[str, Any]]) -> None:
    """Where gcloud refuses we refuse in words that begin alike, where it crashes we say so."""
    theirs, ours = by_gcloud[at], our_answer(ASKED[at])
    if "error" not in theirs:
        assert (ASKED[at].text, ours) == (ASKED[at].text, theirs)
        return
    kind, _, words = theirs["error"].partition(": ")
    said = "gcloud crash" if kind in CRASHES else words[:FIRST_WORDS]
    assert (ours.get("exit"), ours["error"][: len(said)]) == (1, said)
