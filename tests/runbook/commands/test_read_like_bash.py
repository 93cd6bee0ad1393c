"""What is run of a shell text is what bash calls for it: no word more, and none less.

`GENERATED_LINES=10000 pytest THIS_FILE` tries more torn texts than an ordinary run.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from runbook.commands import shell
from runbook.document.definition import Runbook, Step
from runbook.document.parse import parse
from tests.support.bash_calls import Calls

BASH = Path("/bin/bash")
DATA = Path(__file__).parents[2] / "data"
SHARED = Path(__file__).resolve().parents[4] / "shared"
COUNT = int(os.environ.get("GENERATED_LINES", "600"))
NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")
GIVEN = {"A": "v1", "PROJECT": "netra-staging", "REGION": "us-central1"}
PIECES = [
    *("'", '"', ";", "&&", "||", "\n", "--", "=", ",", "{", "}", "(", ")", "[", "]", "*", "?", "~"),
    *("\\", "|", "<", ">", "&", "#", "${A}", "$A", "$UNSET", "!", "for i in a b; do ", ";done"),
    *(
        "if ",
        ";then echo x;fi",
        "{1..3}",
        "{01..03}",
        "\\\n",
        "2>&1",
        ">/dev/null",
        " 10>/dev/null",
    ),
    *('B="x y";', "B=z;", "C=$B;", "$B", '"$B"', "'$A'", "L=(a b);", 'for i in "${L[@]}"; do '),
    *("$i", "\t", " ", " && echo x", " || echo y", " | head -1", "| grep -E 'a'", "timeout 3 "),
    *('""', "''", "&", "wait", "$", "%", "^", "=~", "@", '"\\$"', "\\n", "export D=d;", "# ", "é"),
]
pytestmark = pytest.mark.skipif(not BASH.exists(), reason="bash is not installed")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    return Calls(tmp_path_factory.mktemp("calls"))


def texts_of_documents() -> list[str]:
    corpus = SHARED / "runbook-corpus"
    files = [DATA / "every-command.md", *SHARED.glob("seeds/*"), *corpus.glob("*/*.md")]
    texts = [text for file in files for text in texts_of(parse(file.read_bytes()))]
    return sorted({text for text in texts if shell.read(text, values_of(text)).lines})


def texts_of(document: Runbook) -> list[str]:
    steps: list[Step] = [
        step for phase in document.phases for step in (*phase.steps, *phase.exit_criteria)
    ]
    for step in steps:
        steps.extend(step.steps)
    return [command.text for step in steps for command in step.commands]


def values_of(text: str) -> dict[str, str]:
    names = set(NAME.findall(text)) - {"UNSET", "B", "C", "D", "L", "i"}
    return {name: GIVEN.get(name, f"{name.lower()}-1".replace("_", "-")) for name in names}


def torn(text: str, chance: random.Random) -> str:
    for _piece in range(chance.choice([1, 1, 1, 2, 3])):
        at = chance.randrange(len(text) + 1)
        after = at + chance.randint(1, 7)
        kind = chance.random()
        if kind < 0.75:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind < 0.87:
            text = text[:at] + text[after:]
        else:
            text = text[:after] + text[at:]
    return text


def test_texts_of_documents_call_what_bash_calls(calls: Calls) -> None:
    texts = texts_of_documents()
    assert len(texts) >= 40
    for text in texts:
        assert_same_calls(text, calls)


def test_torn_texts_call_what_bash_calls_or_are_refused(calls: Calls) -> None:
    chance = random.Random(2)
    texts = texts_of_documents()
    for _text in range(COUNT):
        assert_same_calls(torn(chance.choice(texts), chance), calls)


def assert_same_calls(text: str, calls: Calls) -> None:
    values = values_of(text)
    lines = shell.read(text, values).lines
    if lines:
        ours = "\n".join(line.text for line in lines)
        assert (text, calls.of(text, values)) == (text, calls.of(ours, {}))
