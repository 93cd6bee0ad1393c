"""`manage.py try "gcloud …"`: one line of a runbook, run as a worker would run it."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from incidents.models import Environment
from incidents.targets import programs_of, target_of
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.sessions import Session
from runbook.cloud.site import is_simulator
from runbook.cloud.target import Target
from runbook.commands import shell
from runbook.commands.base import Stream
from runbook.commands.trial import NOT_RUN, Trial

_INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Run one line of a runbook as a worker would, and exit as gcloud does: 0 done, 1 failed, "
        "2 gcloud refuses the words; and 3 not run from here, 4 nobody knows whether a change "
        "took effect."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("line", help='the whole line in quotes: "gcloud sql instances list …"')
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--environment", metavar="NAME", help="an environment of this project")
        where.add_argument("--endpoint", metavar="URL", help="a simulator: http://127.0.0.1:PORT")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="the value of a parameter in the line; may be repeated",
        )
        parser.add_argument(
            "--allow-changes",
            action="store_true",
            help="also run what changes something, in simulated environments only",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        environment = _environment(options["environment"]) if options["environment"] else None
        trial = self._trial(options, environment)
        values = {"PROJECT": trial.target.project, "REGION": trial.target.region}
        values |= dict(_assignment(text) for text in options["set"])
        programs = programs_of(environment) if environment else ()
        try:
            status = trial.attempt(shell.read(options["line"], values, programs))
        except KeyboardInterrupt:
            self._emit("Interrupted. What Google had taken by then goes on.", "stderr")
            status = _INTERRUPTED
        if status:
            sys.exit(status)

    def _trial(
        self,
        options: dict[str, Any],  # Any: argparse
        environment: Environment | None,
    ) -> Trial:
        target = target_of(environment) if environment else _simulator(options["endpoint"])
        if options["allow_changes"] and not target.is_simulated:
            raise _not_run(
                "Changes to a real project need an incident, a plan and an approval; "
                "--allow-changes is for simulated environments."
            )
        if options["allow_changes"] and not is_simulator(target.endpoint):
            raise _not_run(f"No simulator answers at {target.endpoint}; nothing is changed there.")
        return Trial(
            target=target,
            session=_session,
            emit=self._emit,
            allows_changes=options["allow_changes"],
            takes_place_of_line=bool(options["endpoint"]),
        )

    def _emit(self, text: str, stream: Stream = "stdout") -> None:
        """A reader that has gone (`| head -1`) ends the printing and not the command: a change
        goes on to its end."""
        out = self.stdout if stream == "stdout" else self.stderr
        try:
            out.write(f"{text}\n", style_func=str, ending="")  # `ending` spares an empty last line
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1 if stream == "stdout" else 2)


def _session(target: Target) -> Session:
    """One for each line: Google does nothing for a request id that it knows."""
    return Session(target, request_id=str(uuid4()))


def _not_run(reason: str) -> CommandError:
    return CommandError(reason, returncode=NOT_RUN)


def _environment(name: str) -> Environment:
    try:
        return Environment.objects.get(name=name)
    except Environment.DoesNotExist as missing:
        raise _not_run(_unknown_environment(name)) from missing
    except DatabaseError as error:
        reason = "The database cannot be read; is it prepared? `manage.py prepare` does that."
        raise _not_run(f"{reason} It says: {error}.") from error


def _simulator(endpoint: str) -> Target:
    try:
        check_endpoint(endpoint)
    except ValueError as error:
        raise _not_run(str(error)) from error
    return Target(
        name="the simulator",
        project="",
        region="",
        endpoint=endpoint,
        read_timeout=settings.READ_TIMEOUT_SECONDS,
        deadline=settings.RUN_DEADLINE_SECONDS,
    )


def _unknown_environment(name: str) -> str:
    names = ", ".join(Environment.objects.values_list("name", flat=True)) or "none yet"
    return f"There is no environment {name}; there are: {names}."


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise _not_run(f"--set takes NAME=VALUE, not {text}.")
    return name, value
