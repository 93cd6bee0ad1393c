"""`manage.py healthcheck`: an infrastructure held against its file, from the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management import call_command

from incidents.management.by_hand import INTERRUPTED, CommandByHand, emitting, not_run
from incidents.management.places_asked import (
    environment_asked,
    infrastructure_asked,
    target_asked,
)
from incidents.models import Environment
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.health import printing
from runbook.health.checking import check
from runbook.health.definition import Infrastructure
from runbook.health.reading import Unreadable
from runbook.health.report import Area, AreaReport, Report, Status

_EXIT = {Status.HEALTHY: 0, Status.DEGRADED: 1, Status.CRITICAL: 2}


class Command(CommandByHand):
    help = (
        "Hold an infrastructure against the file that says what is healthy. Exits with 0 healthy, "
        "1 degraded, 2 critical, 3 when nothing could be checked."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--environment", metavar="NAME", help="an environment of this project")
        parser.add_argument("--endpoint", metavar="URL", help="a simulator: http://127.0.0.1:PORT")
        parser.add_argument(
            "--project", help="a project, asked with the credentials of this machine"
        )
        parser.add_argument("--region", help="in place of the region of the file")
        parser.add_argument(
            "--infrastructure",
            metavar="NAME|FILE",
            help="what is healthy: a name in the folder of infrastructures, or a file",
        )
        parser.add_argument(
            "--focus",
            action="append",
            default=[],
            choices=[area.value for area in Area],
            help="check this area only; may be repeated",
        )
        parser.add_argument("--secrets-only", action="store_true", help="--focus secrets")
        parser.add_argument(
            "--detailed-report", action="store_true", help="print every single expectation"
        )
        parser.add_argument("--report-only", action="store_true", help="print the summary only")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--fix-mode",
            action="store_true",
            help="propose the changes that would mend it; with --as, open them as an incident",
        )
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="who opens it")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        try:
            status = self._run(options)
        except KeyboardInterrupt:
            status = INTERRUPTED
        except Unreadable as error:
            raise not_run(str(error)) from error
        if status:
            sys.exit(status)

    def _run(self, options: dict[str, Any]) -> int:  # Any: argparse
        environment = environment_asked(options)
        if options["username"] and not options["fix_mode"]:
            raise not_run(
                "--as says who opens what --fix-mode proposes; add that, or leave it out."
            )
        if options["username"] and environment is None:
            raise not_run("--as opens an incident, and that needs --environment NAME.")
        infrastructure = infrastructure_asked(options, environment)
        report = self._checked(
            infrastructure, target_asked(options, environment, infrastructure), options
        )
        if options["json"]:
            self._print([json.dumps(report.as_json(), ensure_ascii=False, indent=2)])
        else:
            self._print(printing.summary(report))
            if options["report_only"] and options["detailed_report"]:
                self._print(printing.details(report))
        if options["fix_mode"]:
            self._propose(report, environment, options)
        return _EXIT[report.status]

    def _checked(
        self,
        infrastructure: Infrastructure,
        target: Target,
        options: dict[str, Any],  # Any: argparse
    ) -> Report:
        is_quiet = options["json"] or options["report_only"]

        def heard(area: AreaReport) -> None:
            if not is_quiet:
                self._print(printing.area_lines(area, is_detailed=options["detailed_report"]))

        if not is_quiet:
            self._print(printing.opening(infrastructure.title))
        return check(infrastructure, lambda: Session(target), areas=_areas(options), heard=heard)

    def _propose(
        self,
        report: Report,
        environment: Environment | None,
        options: dict[str, Any],  # Any: argparse
    ) -> None:
        """Without a name it only prints: who opens an incident is somebody."""
        if not options["json"]:
            self._print(printing.fixes(report))
        if not options["username"] or environment is None or report.status is Status.HEALTHY:
            return
        call_command(
            "propose_fixes",
            environment=environment.name,
            username=options["username"],
            report=report,
            stdout=self.stdout,
            stderr=self.stderr,
        )

    def _print(self, lines: Iterable[str]) -> None:
        emit = emitting(self)
        for line in lines:
            emit(line)


def _areas(options: dict[str, Any]) -> list[Area]:  # Any: argparse
    chosen = [*options["focus"], *(["secrets"] if options["secrets_only"] else [])]
    return [Area(name) for name in chosen]
