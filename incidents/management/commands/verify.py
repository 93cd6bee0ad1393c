"""Proves that nothing written was changed, removed or added by hand; or names exactly what was."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from incidents import clock
from incidents.queries.named import incident_named
from incidents.queries.proof import heads
from incidents.queries.proof.problem import Problem
from incidents.queries.proof.verification import (
    Verdict,
    verify_all,
    verify_incident,
    wrong_installation,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is left of a verdict once it was printed."""

    name: str
    entries: int
    head: str
    lines: int
    wrong: int


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "Checks every timeline, what its entries seal, every output and source against digests."
        " Exits with 1 when something is not as it was written, and names it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--incident", metavar="INC-3", help="look at this incident alone")
        parser.add_argument("--save", metavar="FILE", help="write the ends of all ledgers there")
        parser.add_argument(
            "--against", metavar="FILE", help="prove that what was saved there still stands"
        )

    def handle(
        self, *, incident: str | None, save: str | None, against: str | None, **_options: object
    ) -> None:
        if incident and save:
            raise CommandError("--save keeps the ends of all ledgers; leave out --incident.")
        kept = _kept(against) if against else {}
        begun = time.monotonic()
        verdicts = []
        for verdict in [verify_incident(_number(incident))] if incident else verify_all():
            verdicts.append(_summary(verdict))
            self._tell(verdict)
        wrong = sum(one.wrong for one in verdicts)
        wrong += self._list([] if incident else wrong_installation())
        wrong += self._list(heads.fallen(kept))
        if kept and not wrong:
            self.stdout.write(f"What was saved in {against} still stands.")
        if save:
            self._save(Path(save), verdicts)
        self._sum_up(verdicts, wrong, time.monotonic() - begun)
        if wrong:
            sys.exit(1)

    def _tell(self, verdict: Verdict) -> None:
        self._list(verdict.problems)
        counts = verdict.counts
        said = f"{verdict.name}: {verdict.entries} entries"
        if counts.runs:
            said += f", {counts.runs} runs with {counts.lines} lines, {counts.plans} plans"
            said += f", {counts.decisions} decisions"
        if counts.unproven:
            said += f", {counts.unproven} runs from before outputs were proven"
        if counts.unsealed:
            said += f", {len(counts.unsealed)} facts older than their seals"
        said += f", {len(verdict.problems)} WRONG" if verdict.problems else ", whole"
        self.stdout.write(said + (f", head {verdict.head[:12]}" if verdict.head else ""))

    def _list(self, problems: Iterable[Problem]) -> int:
        count = 0
        for problem in problems:
            count += 1
            self.stdout.write(str(problem))
        return count

    def _save(self, path: Path, verdicts: list[Summary]) -> None:
        ends = {one.name: (one.entries, one.head) for one in verdicts}
        path.write_text(heads.written(ends, at=clock.now().isoformat()))
        self.stdout.write(f"The ends of {len(ends)} ledgers are in {path}. Keep it elsewhere.")

    def _sum_up(self, verdicts: list[Summary], wrong: int, seconds: float) -> None:
        entries, lines = sum(v.entries for v in verdicts), sum(v.lines for v in verdicts)
        end = f"{wrong} things are wrong." if wrong else "Nothing is wrong."
        self.stdout.write(f"{entries} entries and {lines} lines in {seconds:.1f} s. {end}")


def _summary(verdict: Verdict) -> Summary:
    return Summary(
        name=verdict.name,
        entries=verdict.entries,
        head=verdict.head,
        lines=verdict.counts.lines,
        wrong=len(verdict.problems),
    )


def _number(name: str) -> int:
    found = incident_named(name)
    if found is None:
        raise CommandError(f"There is no incident {name}. Name it like INC-3.")
    return found.number


def _kept(file: str) -> dict[str, tuple[int, str]]:
    try:
        return heads.read(Path(file).read_text())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{file}: {error}") from error
