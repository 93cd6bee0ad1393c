"""Running a line by hand, beside every incident: what the commands that do so share."""

from __future__ import annotations

import os
from typing import Any, NoReturn
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from incidents.models import Environment
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.sessions import Session
from runbook.cloud.site import is_simulator
from runbook.cloud.target import Target
from runbook.commands.base import Emit, Stream
from runbook.commands.trial import NOT_RUN

INTERRUPTED = 130
_MISTAKE = 2


class CommandByHand(BaseCommand):
    """Its exit status says what was found, to programs too. Words that mean nothing to it end like
    everything else that keeps it from its work: 2, with which other programs end then, means
    something else here, such as a critical infrastructure."""

    def create_parser(
        self,
        prog_name: str,
        subcommand: str,
        **kwargs: Any,  # Any: Django's signature  # noqa: ANN401
    ) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        leave = parser.exit

        def leave_otherwise(status: int = 0, message: str | None = None) -> NoReturn:
            leave(NOT_RUN if status == _MISTAKE else status, message)

        parser.exit = leave_otherwise  # type: ignore[method-assign]
        return parser


def emitting(command: BaseCommand) -> Emit:
    """Prints where the command prints. A reader that has gone (`| head -1`) ends the printing and
    not what is run: a change goes on to its end."""

    def emit(text: str, stream: Stream = "stdout") -> None:
        out = command.stdout if stream == "stdout" else command.stderr
        try:
            out.write(f"{text}\n", style_func=str, ending="")  # `ending` spares an empty last line
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1 if stream == "stdout" else 2)

    return emit


def session_for(target: Target) -> Session:
    """One for each line: Google does nothing for a request id that it knows."""
    return Session(target, request_id=str(uuid4()))


def not_run(reason: str) -> CommandError:
    return CommandError(reason, returncode=NOT_RUN)


def require_simulated(target: Target) -> None:
    """Before a change without approval."""
    if not target.is_simulated:
        raise not_run(
            "Changes to a real project need an incident, a plan and an approval; "
            "--allow-changes is for simulated environments."
        )
    if not is_simulator(target.endpoint):
        raise not_run(f"No simulator answers at {target.endpoint}; nothing is changed there.")


def environment_named(name: str) -> Environment:
    try:
        return Environment.objects.get(name=name)
    except Environment.DoesNotExist as missing:
        raise not_run(_unknown_environment(name)) from missing
    except DatabaseError as error:
        reason = "The database cannot be read; is it prepared? `manage.py prepare` does that."
        raise not_run(f"{reason} It says: {error}.") from error


def person_named(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise not_run(f"There is nobody called {username} who may sign in.")
    return found


def simulator_at(endpoint: str) -> Target:
    try:
        check_endpoint(endpoint)
    except ValueError as error:
        raise not_run(str(error)) from error
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
