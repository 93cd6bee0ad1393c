"""Says what is wrong with runbooks, without asking anybody."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand

from runbook.document.source import MAX_BYTES
from runbook.lint.finding import Finding
from runbook.lint.lint import findings_in, unreadable


class Command(BaseCommand):
    help = "Says what is wrong with runbooks. Exits with 1 when gcloud would refuse something."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="a Markdown file, or - for standard input"
        )
        parser.add_argument("--json", action="store_true", help="print a list of findings as JSON")

    def handle(self, *, files: list[str], json: bool, **_options: object) -> None:
        found = [(file, finding) for file in files for finding in _findings(file)]
        self.stdout.write(_as_json(found) if json else _as_text(found), ending="")
        if any(finding.severity == "error" for _file, finding in found):
            sys.exit(1)


def _findings(file: str) -> tuple[Finding, ...]:
    try:
        source = _source(file)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return (unreadable(f"The file cannot be opened: {reason}."),)
    return findings_in(source, file_name=Path(file).name)


def _source(file: str) -> bytes:
    """One byte more than a document may have is enough to refuse it."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _as_json(found: list[tuple[str, Finding]]) -> str:
    listed = [{"file": file, **asdict(finding)} for file, finding in found]
    return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"


def _as_text(found: list[tuple[str, Finding]]) -> str:
    return "".join(_lines(file, finding) for file, finding in found)


def _lines(file: str, finding: Finding) -> str:
    text = f"{file}:{finding.line}: {finding.severity} {finding.code}: {finding.message}\n"
    return text + (f"  instead: {finding.instead}\n" if finding.instead else "")
