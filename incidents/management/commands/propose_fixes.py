"""`manage.py propose_fixes REPORT`: opens what a report proposes as an incident.

`healthcheck --fix-mode --as` calls it. It is a command of its own because what an incident takes is
loaded with it, for longer than most checks last, and most checks propose nothing to anybody.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from incidents.actions.propose_fixes import propose
from incidents.management.by_hand import (
    CommandByHand,
    emitting,
    environment_named,
    not_run,
    person_named,
)
from incidents.models import Environment
from incidents.refusal import Refused
from incidents.source import acting_from
from runbook.health.report import Report, from_json

_NO_REPORT = (AttributeError, KeyError, TypeError, ValueError)
"""What reading it stumbles over when it is something else."""


class Command(CommandByHand):
    help = "Open what would mend the findings of a report as an incident; changes nothing."
    requires_system_checks = ()
    stealth_options = ("report",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="what `healthcheck --json` has printed")
        parser.add_argument("--environment", metavar="NAME", required=True, help="whose report")
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", required=True, help="who opens it"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        environment = environment_named(options["environment"])
        report = options.get("report") or _read(options["file"], environment)
        emitting(self)(_opened(options["username"], environment, report), "stderr")


def _read(file: str | None, environment: Environment) -> Report:
    if file is None:
        raise not_run("Name the file into which `healthcheck --json` has printed.")
    try:
        report = from_json(json.loads(Path(file).read_text()))
    except OSError as error:
        raise not_run(f"{file} cannot be read: {error.strerror}.") from error
    except _NO_REPORT as error:
        raise not_run(f"{file} is no report of `healthcheck --json`.") from error
    if report.project != environment.project:
        raise not_run(
            f"That report is about the project {report.project}, and {environment} is "
            f"{environment.project}."
        )
    return report


def _opened(username: str, environment: Environment, report: Report) -> str:
    person = person_named(username)
    try:
        with acting_from("command line"):
            proposal = propose(actor=person, environment=environment, report=report)
    except Refused as refused:
        raise not_run(str(refused)) from refused
    wait = "change waits" if proposal.asked == 1 else "changes wait"
    waits = f"{proposal.asked} {wait} for approval. " if proposal.asked else ""
    opened = f"{proposal.incident.name} is open: {waits}Nothing was changed."
    return f"{opened} {proposal.refused}".rstrip()
