"""What a timeline says about rows that are not on it: runs, outputs, plans, decisions, sources,
reports, validations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from incidents.models.audit import Entry
from incidents.states import ENDED_RUN_STATES, RunState, Verdict

ENDINGS = {f"run.{state.value}": state for state in (*ENDED_RUN_STATES, RunState.UNKNOWN)}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. Digests are "" in entries from before they were written."""

    entry: int
    state: str
    output: str
    lines: int
    result: str
    checks: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a plan. `evidence` is the digest of what was pinned to it, "" in entries
    from before; `is_named` whether what the digest stands for was kept beside it."""

    digest: str = ""
    evidence: str = ""
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One person's decision about one run's plan."""

    run: int
    person: str
    verdict: str
    digest: str


@dataclass(slots=True)
class Claims:
    """Grows with runs, decisions and revisions of the report, not with entries."""

    endings: dict[int, Ending] = field(default_factory=dict)
    asked: dict[int, Asked] = field(default_factory=dict)
    said: Counter[Said] = field(default_factory=Counter)
    reports: dict[int, str] = field(default_factory=dict)
    validations: dict[int, str] = field(default_factory=dict)
    seals: dict[str, str] = field(default_factory=dict)
    source: str = ""

    def note(self, entry: Entry) -> None:
        """Entries come in their order: what is said later about the same thing counts."""
        data = entry.data if isinstance(entry.data, dict) else {}
        if isinstance(seals := data.get("seals"), dict):
            self.seals |= {str(name): str(digest) for name, digest in seals.items()}
        if entry.kind == "approval.asked":
            self.asked[_number(data)] = Asked(
                digest=str(data.get("digest", "")),
                evidence=str(data.get("evidence", "")),
                is_named="requirements" in data,
            )
        elif entry.kind.startswith("approval.") and data.get("verdict") in Verdict.values:
            self._note_decision(entry.actor_name, data)
        elif entry.kind in ENDINGS:
            self._note_ending(entry, data)
        elif entry.kind.startswith("report.") and isinstance(data.get("report"), int):
            self.reports[data["report"]] = str(data.get("text", ""))
        elif entry.kind == "validation.done" and isinstance(data.get("validation"), int):
            self.validations[data["validation"]] = str(data.get("judged", ""))
        elif "revision" in data and "digest" in data:
            self.source = str(data["digest"])

    def _note_decision(self, person: str, data: dict[str, Any]) -> None:  # Any: JSON
        verdict, digest = str(data["verdict"]), str(data.get("digest", ""))
        self.said[Said(_number(data), person, verdict, digest)] += 1

    def _note_ending(self, entry: Entry, data: dict[str, Any]) -> None:  # Any: JSON
        run = _number(data)
        last = self.endings.get(run)
        carried = data if "output" in data or last is None else data | _digests(last)
        self.endings[run] = Ending(
            entry=entry.number,
            state=ENDINGS[entry.kind].value,
            output=str(carried.get("output", "")),
            lines=int(carried.get("lines", 0)),
            result=str(carried.get("result", "")),
            checks=str(carried.get("checks", "")),
        )


def _digests(ending: Ending) -> dict[str, str | int]:
    return {
        "output": ending.output,
        "lines": ending.lines,
        "result": ending.result,
        "checks": ending.checks,
    }


def _number(data: dict[str, Any]) -> int:  # Any: JSON
    found = data.get("run", 0)
    return found if isinstance(found, int) else 0
