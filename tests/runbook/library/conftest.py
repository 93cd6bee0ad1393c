"""The shipped runbook, read once, and its five sources where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import runbook
from runbook.document.definition import Runbook
from runbook.document.parse import parse

LIBRARY = Path(runbook.__file__).parent / "library"
NAME = "staging-cannot-reach-cloud-sql.md"
SEEDS = Path(__file__).resolve().parents[4] / "shared" / "seeds"


@pytest.fixture(scope="session")
def source() -> bytes:
    return (LIBRARY / NAME).read_bytes()


@pytest.fixture(scope="session")
def shipped(source: bytes) -> Runbook:
    return parse(source, file_name=NAME)


@pytest.fixture(scope="session")
def seeds() -> dict[str, str]:
    """The five documents by file name; mojibake is left, since only words are compared."""
    files = sorted(SEEDS.glob("*.txt"))
    if not files:
        pytest.skip("the documents this runbook was distilled from are not beside the project")
    return {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}
