"""gcloud's own parser judges our reading of command lines, thousands in one process.

`GENERATED_LINES=10000 pytest THIS_FILE` tries more than the few hundred of an ordinary run, and
`GENERATED_SEED` others.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from runbook.commands import shell
from runbook.commands.base import NotRunnable
from runbook.commands.grammar.flag_words import EVERYWHERE, FOREIGN, UNSUPPORTED
from runbook.commands.grammar.other_flags import other_flags
from runbook.commands.registry import known, parse_pipe
from runbook.document.definition import CommandText, Runbook, Step
from runbook.document.parse import parse
from tests.support.gcloud_language import GCLOUD
from tests.support.gcloud_lines import lines
from tests.support.gcloud_parser import ParserFlag, flags_of, parse_all

DATA = Path(__file__).parents[2] / "data"
SHARED = Path(__file__).resolve().parents[4] / "shared"
COUNT = int(os.environ.get("GENERATED_LINES", "300"))
SEED = int(os.environ.get("GENERATED_SEED", "1278"))
COMMANDS = sorted(
    {
        kind.name.removeprefix("gcloud ").partition(" --")[0]
        for kind in known()
        if kind.name.startswith("gcloud ") and "time-series" not in kind.name
    }
)
VALUES = {
    "PROJECT": "netra-staging",
    "REGION": "us-central1",
    "service": "auth-staging",
    "SERVICE": "auth-staging",
}
NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")
pytestmark = pytest.mark.skipif(GCLOUD is None, reason="gcloud is not installed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gcloud")


@pytest.fixture(scope="module")
def flags(home: Path) -> dict[str, list[ParserFlag]]:
    return flags_of(COMMANDS, home)


@pytest.fixture(scope="module")
def made(flags: dict[str, list[ParserFlag]]) -> list[list[str]]:
    return lines(flags, count=COUNT, seed=SEED)


@pytest.fixture(scope="module")
def verdicts(made: list[list[str]], home: Path) -> dict[str, dict[str, Any]]:
    """What gcloud's parser says of all lines that are looked at here."""
    asked = sorted({*map(shlex.join, made), *run_lines(), *plain_lines()})
    return dict(zip(asked, parse_all(asked, home), strict=True))


@pytest.mark.parametrize("name", COMMANDS)
def test_flags_that_only_gcloud_has_are_all_known(
    name: str, flags: dict[str, list[ParserFlag]]
) -> None:
    others = other_flags(name)
    theirs = {flag.word.removeprefix("--"): flag.has_value for flag in flags[name]}
    assert dict.fromkeys(others.with_value, True) | dict.fromkeys(others.switches, False) == {
        word: theirs.get(word) for word in others.with_value | others.switches
    }
    unknown = [word for word in theirs if is_unknown(name, word)]
    assert unknown == []


def is_unknown(name: str, word: str) -> bool:
    """Whether we would say in gcloud's name that there is no such flag."""
    if word in EVERYWHERE | FOREIGN | UNSUPPORTED | {"-flag-file-line-"}:
        return False
    dashes = word if word.startswith("-") else f"--{word}"
    for value in ("", "=1"):
        refusal = refused(["gcloud", *name.split(), "x", dashes + value])
        if not refusal.reason.startswith("unrecognized arguments") or dashes not in refusal.reason:
            return False
    return True


def test_lines_made_by_chance_are_refused_where_gcloud_refuses(
    made: list[list[str]], verdicts: dict[str, dict[str, Any]]
) -> None:
    found = [differing(words, verdicts[shlex.join(words)]) for words in made]
    assert "\n".join(difference for difference in found if difference) == ""


def differing(words: Sequence[str], theirs: dict[str, Any]) -> str:
    """How our verdict contradicts gcloud's, or ""."""
    ours = refused(words)
    is_run = ours.reason == ""
    if (is_run and theirs["exit"]) or (ours.gcloud_exit == 2 and theirs["exit"] == 0):
        return f"{shlex.join(words)}\n gcloud: {theirs['said']}\n we: {ours.reason or 'run it'}"
    return ""


def refused(words: Sequence[str]) -> NotRunnable:
    try:
        parse_pipe([list(words)])
    except NotRunnable as refusal:
        return refusal
    return NotRunnable("")


def test_every_line_that_is_run_is_one_that_gcloud_takes(
    verdicts: dict[str, dict[str, Any]],
) -> None:
    asked = run_lines()
    assert len(asked) > 150
    assert [line for line in asked if verdicts[line]["exit"]] == []


def test_every_judged_line_is_refused_where_gcloud_refuses(
    verdicts: dict[str, dict[str, Any]],
) -> None:
    for text in plain_lines():
        ours = shell.read(text, {})
        assert (text, ours.gcloud_exit == 2) == (text, verdicts[text]["exit"] == 2)
        assert ours.lines or ours.reason


@cache
def run_lines() -> tuple[str, ...]:
    """The gcloud commands that would be run of all documents and lists of commands."""
    texts = [*judged_lines(), *documents_lines(), *seed_lines()]
    return tuple(sorted({line for text in set(texts) for line in gcloud_words(text)}))


def plain_lines() -> list[str]:
    return sorted({text for text in judged_lines() if is_plain(text)})


def is_plain(text: str) -> bool:
    return text.startswith("gcloud ") and not set(text) & set("|&;$")


def gcloud_words(text: str) -> list[str]:
    """The gcloud commands that would be run of a shell text."""
    values = {name: VALUES.get(name, "value1") for name in NAME.findall(text)}
    found = []
    for line in shell.read(text, values).lines:
        words = shlex.split(line.text)
        start = words.index("gcloud") if "gcloud" in words else len(words)
        pipe = words.index("|", start) if "|" in words[start:] else len(words)
        found.append(shlex.join(words[start:pipe]))
    return [line for line in found if line and "time-series" not in line]


def judged_lines() -> Iterator[str]:
    for file in sorted((DATA / "judged").glob("*.yaml")):
        for rows in yaml.safe_load(file.read_text()).values():
            for row in rows:
                yield from [row] if isinstance(row, str) else filter(None, map(row.get, KEYS))


KEYS = ("run", "read")


def documents_lines() -> Iterator[str]:
    corpus = SHARED / "runbook-corpus"
    files = [DATA / "every-command.md", *SHARED.glob("seeds/*"), *corpus.glob("*/*.md")]
    for file in files:
        yield from (command.text for command in commands_of(parse(file.read_bytes())))


def commands_of(document: Runbook) -> Iterator[CommandText]:
    for phase in document.phases:
        for step in steps_of([*phase.steps, *phase.exit_criteria]):
            yield from step.commands


def steps_of(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from steps_of(step.steps)


def seed_lines() -> Iterator[str]:
    commands = SHARED / "wire" / "seed-commands.tsv"
    if commands.exists():
        for row in commands.read_text(encoding="utf-8").splitlines():
            yield row.rpartition("\t")[0]
