"""What SECURITY.md says is shown by a test is shown by one that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "SECURITY.md").read_text()


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in found if row[0] != "Who wants what"]


def test_every_threat_names_who_stops_it_and_what_shows_it() -> None:
    assert len(rows()) >= 25
    for row in rows():
        assert len(row) == 4, row[0]
        assert row[1], row[0]
        assert re.findall(r"`[\w/]+(?:\.py|/)`", row[3]), row[0]


def test_tests_that_are_named_are_there() -> None:
    named = {name for row in rows() for name in re.findall(r"`([\w./]+)`", row[3])}
    missing = sorted(name for name in named if not (ROOT / "tests" / name).exists())
    assert missing == []
