"""Lines of runbooks torn apart: whatever reads them answers, or refuses in words of its own."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from runbook.commands import shell
from runbook.commands.base import NotRunnable
from runbook.commands.language.filter import parse_filter
from runbook.commands.language.format import parse_format
from runbook.document.checks import compile_problem
from runbook.document.parse import parse
from runbook.document.source import Unreadable
from runbook.lint.lint import findings_in

DATA = Path(__file__).parents[2] / "data"
SHARED = Path(__file__).resolve().parents[4] / "shared"
COUNT = int(os.environ.get("GENERATED_LINES", "300"))
RESOURCES = json.loads((DATA / "language" / "resources.json").read_text())["odd"]
PIECES = [
    *("'", '"', "$(", "`", ";", "&&", "||", "\n", "\0", "é", "日本", "\u202e", "--", "=", ",", "{"),
    *(
        "}",
        "(",
        ")",
        "[",
        "]",
        "*",
        "?",
        "~",
        "\\",
        "|",
        "<",
        ">",
        "&",
        "#",
        "${",
        "$",
        "!",
        "for ",
    ),
    *("do ", "done", "if ", "fi", "{1..9999}", "<<EOF", "EOF", "\r", "\t", "\x0b", "\u2028", "$A"),
    *("A=$A$A\n", "%{", "^;^", "::", "@", "-", " AND ", " OR ", "NOT ", "1e999", "9" * 50, "```"),
    *("- [ ] ", "| a | b |", "> ", "# ", "Expect: ", "---\n", "timeout 5 ", "| grep -E ", "table("),
]


def lines() -> list[str]:
    files = [DATA / "every-command.md", *SHARED.glob("seeds/*")]
    files += SHARED.glob("runbook-corpus/*/*.md")
    texts = [file.read_bytes().decode("utf-8", "replace") for file in files]
    return [line for text in texts for line in text.splitlines() if line.strip()]


LINES = lines()
LANGUAGE = {
    kind: [
        text
        for texts in yaml.safe_load((DATA / "language" / f"{kind}.yaml").read_text()).values()
        for text in texts
    ]
    for kind in ("formats", "filters")
}


def torn(text: str, chance: random.Random) -> str:
    for _piece in range(chance.choice([1, 1, 2, 3, 5, 8])):
        at = chance.randrange(len(text) + 1)
        kind = chance.random()
        if kind < 0.5:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind < 0.65:
            text = text[:at] + text[at + chance.randint(1, 12) :]
        elif kind < 0.8:
            text = text[: at + chance.randint(1, 20)] + text[at:]
        elif kind < 0.95:
            text = text[:at] + chance.choice(LINES)[:40] + text[at:]
        else:
            text *= 20
    return text[:20_000]


def read_shell(text: str) -> None:
    read = shell.read(text, {"A": "v1", "PROJECT": "netra-staging"})
    assert bool(read.lines) != bool(read.reason)
    for line in read.lines:
        assert shell.read(line.text, {}).lines == (line,)


def read_format(text: str) -> None:
    parse_format(text).print_many(RESOURCES)


def read_filter(text: str) -> None:
    wanted = parse_filter(text)
    assert all(isinstance(wanted(resource), bool) for resource in RESOURCES)


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (read_shell, LINES),
        (read_format, LANGUAGE["formats"]),
        (read_filter, LANGUAGE["filters"]),
        (compile_problem, ['state == "READY"', "size(a) > 0 && b.c[0] in [1, 2]"]),
    ],
    ids=["shell", "format", "filter", "expect"],
)
def test_torn_line_is_read_or_refused(read: Callable[[str], object], texts: list[str]) -> None:
    chance = random.Random(3)
    for _text in range(COUNT):
        text = torn(chance.choice(texts), chance)
        try:
            read(text)
        except NotRunnable as refusal:
            assert refusal.reason, text


@pytest.mark.parametrize("fence", ["", "```bash\n{}\n```\n"])
def test_torn_document_is_read_and_linted(fence: str) -> None:
    chance = random.Random(4)
    for _text in range(COUNT // 10):
        at = chance.randrange(len(LINES))
        block = [
            torn(line, chance) if chance.random() < 0.3 else line for line in LINES[at : at + 20]
        ]
        text = "\n".join(block)
        source = (fence.format(text) if fence else text).encode("utf-8", "replace")
        findings_in(source)
        with suppress(Unreadable):
            assert parse(source).source == source
