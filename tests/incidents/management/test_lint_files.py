"""`manage.py lint` as a person and a script meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[3]
PROGRESS = "```bash\ncurl -I https://h.example 2>&1 | head -1\n```\n"


def _run(*words: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("lint", *words, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "runbook.md"
    path.write_text(PROGRESS)
    return path


def test_findings_are_lines_that_an_editor_can_follow(file: Path) -> None:
    text, status = _run(str(file))
    first, second = text.splitlines()
    assert first.startswith(f"{file}:2: warning curl-progress: Without -s curl writes")
    assert second == "  instead: curl -s -I https://h.example | head -1"
    assert status == 0


def test_json_is_a_list_of_findings_with_these_keys(file: Path) -> None:
    text, status = _run("--json", str(file))
    (finding,) = json.loads(text)
    assert list(finding) == ["file", "line", "severity", "code", "message", "instead"]
    assert (finding["file"], finding["line"]) == (str(file), 2)
    assert status == 0


def test_json_of_a_clean_file_is_an_empty_list(tmp_path: Path) -> None:
    path = tmp_path / "clean.md"
    path.write_text("# Clean\n")
    assert _run("--json", str(path)) == ("[]\n", 0)


def test_an_unreadable_file_is_an_error_and_the_others_are_read(file: Path) -> None:
    missing = file.parent / "missing.md"
    text, status = _run("--json", str(missing), str(file))
    assert [f["code"] for f in json.loads(text)] == ["unreadable", "curl-progress"]
    assert json.loads(text)[0]["message"].endswith("No such file or directory.")
    assert status == 1


@pytest.mark.parametrize("source", [b"", b"a\0b", b"\xff\xfeab", b"\xff"])
def test_what_is_not_text_is_an_error(tmp_path: Path, source: bytes) -> None:
    path = tmp_path / "bytes.md"
    path.write_bytes(source)
    text, status = _run("--json", str(path))
    assert [f["severity"] for f in json.loads(text)] == ["error"]
    assert status == 1


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(PROGRESS.encode())))
    text, status = _run("--json", "-")
    assert [(f["file"], f["line"]) for f in json.loads(text)] == [("-", 2)]
    assert status == 0


def test_it_runs_without_a_database_and_ends_with_one_for_an_error(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "lint", str(tmp_path)]
    environment = {"PATH": "/usr/bin:/bin", "RUNBOOK_DATA": str(tmp_path / "none")}
    answer = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1, answer.stderr
    assert (
        answer.stdout
        == f"{tmp_path}:1: error unreadable: The file cannot be opened: Is a directory.\n"
    )
    assert not (tmp_path / "none" / "db.sqlite3").exists()
