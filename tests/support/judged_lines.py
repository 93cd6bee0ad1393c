"""The lines that the judge compares, as files of tests/data/judged hold them.

A file has `scenario` (issue-1278 unless told) and up to three lists: `reads` (same exit status
and standard output), `changes` (also the same state of the simulator afterwards, and `read` names
a command through which each sees the other's change) and `refused` (words that gcloud itself
refuses: same exit status). An entry is a line, or a mapping: `run` (the line), and where they are
wanted `scenario`, `first` (lines that prepare both simulators), `read`, `differs` (one or more of
stdout, state, read, exit) and `why` (the reason for a difference, a sentence).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parents[1] / "data" / "judged"
_KINDS = ("reads", "changes", "refused")


@dataclass(frozen=True)
class Case:
    """One line; `source` is its file. The rest is told above."""

    kind: str
    line: str
    scenario: str = "issue-1278"
    source: str = "by hand"
    read: str = ""
    first: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    why: str = ""


def cases() -> list[Case]:
    """All lines of all files, in order."""
    return [case for path in sorted(DATA.glob("*.yaml")) for case in cases_of(path)]


def cases_of(path: Path) -> list[Case]:
    document = yaml.safe_load(path.read_text())
    return [
        _case(kind, entry, document.get("scenario", "issue-1278"), path.stem)
        for kind in _KINDS
        for entry in document.get(kind) or ()
    ]


def _case(kind: str, entry: Any, scenario: str, source: str) -> Case:
    values = {"run": entry} if isinstance(entry, str) else dict(entry)
    differs = values.get("differs", [])
    case = Case(
        kind=kind,
        line=values["run"],
        scenario=values.get("scenario", scenario),
        source=source,
        read=values.get("read", ""),
        first=tuple(values.get("first", ())),
        differs=tuple([differs] if isinstance(differs, str) else differs),
        why=values.get("why", ""),
    )
    assert bool(case.differs) == bool(case.why), f"{case.line}: a difference needs its reason"
    assert kind != "changes" or case.read, f"{case.line}: a change needs what reads it"
    return case
