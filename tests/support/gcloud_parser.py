"""The real gcloud's own parser of command lines, asked without a network, all in one process."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.gcloud_language import environment_of, program_of

_PARSER = r"""
import contextlib, io, json, shlex, sys
sys.path[:0] = sys.argv[1:]
from googlecloudsdk import gcloud_main
from googlecloudsdk.core import log
said = []
log.error = lambda text, *args: said.append(text)
cli = gcloud_main.CreateCLI([])
"""
_LINES = r"""
def answer(line):
    said.clear()
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            cli._CLI__parser.parse_args(shlex.split(line)[1:])
    except SystemExit as end:
        return {"exit": end.code, "said": " ".join(said).partition(") ")[2]}
    except Exception as error:
        return {"exit": 1, "said": str(error)}
    return {"exit": 0, "said": ""}
"""
_FLAGS = r"""
def answer(name):
    command = cli._CLI__top_element
    for word in name.split():
        command = command.LoadSubElement(word)
    flags = [*command.ai.flag_args, *command.ai.ancestor_flag_args]
    return {
        word: [flag.nargs != 0, [str(choice) for choice in flag.choices or ()]]
        for flag in flags for word in flag.option_strings or ()
    }
"""
_ASK = "print(json.dumps([answer(one) for one in json.load(sys.stdin)]))"


@dataclass(frozen=True)
class ParserFlag:
    """`word` as it is written, with its dashes."""

    word: str
    has_value: bool
    choices: tuple[str, ...] = ()


def parse_all(lines: Sequence[str], home: Path) -> list[dict[str, Any]]:
    """For each line the status with which the parser refuses it, or 0, and what it says."""
    return _asked(_LINES, lines, home)


def flags_of(commands: Sequence[str], home: Path) -> dict[str, list[ParserFlag]]:
    """The flags of each command by its name without `gcloud`, those of every command included."""
    told = _asked(_FLAGS, commands, home)
    return {
        name: [
            ParserFlag(word, has_value, tuple(choices))
            for word, (has_value, choices) in sorted(flags.items())
        ]
        for name, flags in zip(commands, told, strict=True)
    }


def _asked(answering: str, questions: Sequence[str], home: Path) -> list[Any]:
    done = subprocess.run(
        program_of(_PARSER + answering + _ASK),
        input=json.dumps(list(questions)),
        env=environment_of(home),
        capture_output=True,
        text=True,
        timeout=1200,
        check=True,
    )
    answers: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return answers
