"""The real gcloud's own parser of command lines, asked without a network, all in one process."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.gcloud_language import environment_of, program_of

_WORKER = r"""
import contextlib, io, json, shlex, sys
sys.path[:0] = sys.argv[1:]
from googlecloudsdk import gcloud_main
from googlecloudsdk.core import log
said = []
log.error = lambda text, *args: said.append(text)
parser = gcloud_main.CreateCLI([])._CLI__parser

def answer(line):
    said.clear()
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            parser.parse_args(shlex.split(line)[1:])
    except SystemExit as end:
        return {"exit": end.code, "said": " ".join(said).partition(") ")[2]}
    except Exception as error:
        return {"exit": 1, "said": str(error)}
    return {"exit": 0, "said": ""}

print(json.dumps([answer(line) for line in json.load(sys.stdin)]))
"""


def parse_all(lines: Sequence[str], home: Path) -> list[dict[str, Any]]:
    """For each line the status with which the parser refuses it, or 0, and what it says."""
    done = subprocess.run(
        program_of(_WORKER),
        input=json.dumps(list(lines)),
        env=environment_of(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return answers
