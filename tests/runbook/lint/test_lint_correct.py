"""A correct runbook that uses every command: nothing but notes is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook.commands import registry
from runbook.lint.document import open_document
from runbook.lint.lint import findings_in

FILE = Path(__file__).resolve().parents[2] / "data" / "every-command.md"


@pytest.mark.parametrize("name", ["right-reads.md", "right-repairs.md"])
def test_nothing_at_all_is_said_of_what_is_right(name: str) -> None:
    assert findings_in((FILE.parent / name).read_bytes(), file_name=name) == ()


def test_nothing_is_wrong_with_it() -> None:
    found = findings_in(FILE.read_bytes(), file_name=FILE.name)
    assert [finding for finding in found if finding.severity != "note"] == []


def test_all_of_it_can_be_run() -> None:
    found = findings_in(FILE.read_bytes(), file_name=FILE.name)
    assert {f.message for f in found if f.code == "not-runnable"} == set()


def test_every_command_is_in_it() -> None:
    document = open_document(FILE.read_bytes(), file_name=FILE.name)
    used = {command.name for reading in document.readings for command in reading.commands}
    known = {
        kind.name.removeprefix("gcloud ").removesuffix(" --data-file=-")
        for kind in registry.known()
    }
    assert known - used == set()
