"""`manage.py healthcheck`: an infrastructure held against its file, from the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from incidents.actions.propose_fixes import propose
from incidents.models import Environment
from incidents.queries.infrastructure import folder, infrastructure_of
from incidents.refusal import Refused
from incidents.targets import target_of
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.health import files, printing
from runbook.health.checking import check
from runbook.health.definition import Infrastructure
from runbook.health.reading import Unreadable
from runbook.health.report import Area, AreaReport, Report, Status

NOT_CHECKED = 3
_INTERRUPTED = 130
_EXIT = {Status.HEALTHY: 0, Status.DEGRADED: 1, Status.CRITICAL: 2}


class Command(BaseCommand):
    help = (
        "Hold an infrastructure against the file that says what is healthy. Exits with 0 healthy, "
        "1 degraded, 2 critical, 3 when nothing could be checked."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--environment", metavar="NAME", help="an environment of this project")
        where.add_argument("--endpoint", metavar="URL", help="a simulator: http://127.0.0.1:PORT")
        where.add_argument(
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
            status = _INTERRUPTED
        except Unreadable as error:
            raise _not_checked(str(error)) from error
        if status:
            sys.exit(status)

    def _run(self, options: dict[str, Any]) -> int:  # Any: argparse
        environment = _environment(options)
        infrastructure = _infrastructure(options, environment)
        report = self._checked(
            infrastructure, _target(options, environment, infrastructure), options
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
        if not options["username"]:
            return
        if environment is None:
            raise _not_checked("--as opens an incident, and that needs --environment NAME.")
        opened = proposed_by(options["username"], environment, report)
        if not options["json"]:
            self._print(["", opened])

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def proposed_by(username: str, environment: Environment, report: Report) -> str:
    """Opens the proposals in this person's name and says where they wait."""
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise _not_checked(f"There is nobody here named {username}.")
    try:
        proposal = propose(actor=person, environment=environment, report=report)
    except Refused as refused:
        raise _not_checked(str(refused)) from refused
    several = "change waits" if proposal.asked == 1 else "changes wait"
    opened = f"{proposal.incident.name} is open: {proposal.asked} {several} for approval."
    return f"{opened} Nothing was changed. {proposal.refused}".rstrip()


def _environment(options: dict[str, Any]) -> Environment | None:  # Any: argparse
    """The one that was named; without any place, the only one of this installation."""
    try:
        if options["environment"]:
            return Environment.objects.get(name=options["environment"])
        if options["endpoint"] or options["project"]:
            return None
        found = list(Environment.objects.order_by("name")[:2])
    except Environment.DoesNotExist as missing:
        raise _not_checked(_unknown(options["environment"])) from missing
    except DatabaseError as error:
        reason = "The database cannot be read; is it prepared? `manage.py prepare` does that."
        raise _not_checked(f"{reason} It says: {error}.") from error
    if len(found) != 1:
        raise _not_checked(
            "Say what to check: --environment NAME, --project PROJECT, or --endpoint URL."
        )
    return found[0]


def _infrastructure(
    options: dict[str, Any],  # Any: argparse
    environment: Environment | None,
) -> Infrastructure:
    """By name or file, else the one of the environment or project, else the only one there is."""
    project = options["project"] or ""
    found = _file(options["infrastructure"] or "", environment, project)
    if found is None:
        where = environment.project if environment else project
        names = ", ".join(files.names(folder())) or "none yet"
        raise _not_checked(
            f"No file in {folder()} is about the project {where}; there are: {names}. Write one, "
            "or name one with --infrastructure."
        )
    return replace(
        found,
        project=(environment.project if environment else project) or found.project,
        region=options["region"] or (environment.region if environment else "") or found.region,
    )


def _file(given: str, environment: Environment | None, project: str) -> Infrastructure | None:
    if given:
        is_file = "/" in given or given.endswith(files.ENDING)
        return files.at(Path(given)) if is_file else files.named(folder(), given)
    if environment is not None:
        return infrastructure_of(environment)
    return files.for_project(folder(), project) if project else _only_one()


def _only_one() -> Infrastructure:
    names = files.names(folder())
    if len(names) != 1:
        told = ", ".join(names) or "none yet"
        raise _not_checked(f"Name one with --infrastructure; there are: {told}.")
    return files.named(folder(), names[0])


def _target(
    options: dict[str, Any],  # Any: argparse
    environment: Environment | None,
    infrastructure: Infrastructure,
) -> Target:
    """An environment's own, or one of the hosts that the file names."""
    if environment is not None:
        return target_of(environment)
    endpoint = options["endpoint"] or ""
    try:
        check_endpoint(endpoint)
    except ValueError as error:
        raise _not_checked(str(error)) from error
    return Target(
        name=infrastructure.name,
        project=infrastructure.project,
        region=infrastructure.region,
        endpoint=endpoint,
        allowed_hosts=infrastructure.hosts,
        routes=dict.fromkeys(infrastructure.hosts, endpoint) if endpoint else {},
        read_timeout=settings.READ_TIMEOUT_SECONDS,
    )


def _areas(options: dict[str, Any]) -> list[Area]:  # Any: argparse
    chosen = [*options["focus"], *(["secrets"] if options["secrets_only"] else [])]
    return [Area(name) for name in chosen]


def _unknown(name: str) -> str:
    names = ", ".join(Environment.objects.values_list("name", flat=True)) or "none yet"
    return f"There is no environment {name}; there are: {names}."


def _not_checked(reason: str) -> CommandError:
    return CommandError(reason, returncode=NOT_CHECKED)
