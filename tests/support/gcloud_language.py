"""The real gcloud's own formats and filters, asked without a network, all in one process.

`ask` hands questions to gcloud's Python library; a question is what `Question` holds. Only where
gcloud is installed.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GCLOUD = shutil.which("gcloud")
_WORKER = r"""
import io, json, sys
sys.path[:0] = sys.argv[1:]
from googlecloudsdk.core import log
from googlecloudsdk.core.resource import resource_filter, resource_printer, resource_projector
from googlecloudsdk.core.resource import resource_projection_spec, resource_transform
from googlecloudsdk.calliope import display_taps
notes = []
log.warning = lambda text, *args: notes.append("WARNING: " + text)

def printed(question):
    out = io.StringIO()
    printer = resource_printer.Printer(question["text"], out=out)
    if printer is not None:
        resources = question["resources"]
        printer.Print(resources[0] if question["single"] else resources)
    return out.getvalue()

def chosen(question):
    defaults = resource_projection_spec.ProjectionSpec(symbols=resource_transform.GetTransforms())
    tap = display_taps.Filterer(question["text"], defaults)
    found = [at for at, one in enumerate(question["resources"]) if tap.Tap(one)]
    tap.Done()
    return found

answers = []
for question in json.load(sys.stdin):
    notes.clear()
    try:
        answer = (printed if question["kind"] == "format" else chosen)(question)
        answers.append({"answer": answer, "notes": list(notes)})
    except Exception as error:
        answers.append({"error": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
"""


@dataclass(frozen=True)
class Question:
    """`kind` is "format" or "filter"; a filter's answer is the indexes of what it keeps."""

    kind: str
    text: str
    resources: Sequence[Any]
    single: bool = False


def ask(questions: Sequence[Question], home: Path) -> list[dict[str, Any]]:
    """An answer for each question: {"answer", "notes"} or {"error"}."""
    done = subprocess.run(
        program_of(_WORKER),
        input=json.dumps([asdict(question) for question in questions]),
        env=environment_of(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def program_of(worker: str) -> list[str]:
    """What runs a text of Python with gcloud's library on its path."""
    library, python = library_and_python()
    return [python, "-c", worker, str(library), str(library / "third_party")]


def library_and_python() -> tuple[Path, str]:
    """Where gcloud's modules are, and the Python that it runs with."""
    root = Path(str(GCLOUD)).resolve().parents[1]
    bundled = root / "platform" / "bundledpythonunix" / "bin" / "python3"
    python = str(bundled) if bundled.exists() else str(shutil.which("python3"))
    return root / "lib", python


def environment_of(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CLOUDSDK_CONFIG": str(home),
        "CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "true",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
