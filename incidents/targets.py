"""An environment's rows as the plain values the engine works with."""

from __future__ import annotations

from typing import cast

from django.conf import settings

from incidents.models import Environment, ListedProgram
from runbook.cloud.target import CredentialsKind, Target
from runbook.commands.base import Effect
from runbook.commands.programs import Program


def target_of(environment: Environment) -> Target:
    return Target(
        name=environment.name,
        project=environment.project,
        region=environment.region,
        endpoint=environment.endpoint,
        allowed_hosts=tuple(environment.allowed_hosts),
        allowed_networks=tuple(environment.allowed_networks),
        routes=dict(environment.routes),
        programs=tuple(program.name for program in programs_of(environment)),
        read_timeout=settings.READ_TIMEOUT_SECONDS,
        deadline=settings.RUN_DEADLINE_SECONDS,
        credentials=cast("CredentialsKind", environment.credentials),
        service_account=environment.service_account,
        credentials_file=environment.credentials_file,
    )


def programs_of(environment: Environment) -> tuple[Program, ...]:
    """The operator's own programs that may run there; none unless the settings turn them on."""
    if not settings.PROGRAMS:
        return ()
    return tuple(program_of(row) for row in environment.programs.all())


def program_of(row: ListedProgram) -> Program:
    return Program(
        name=row.name,
        written=row.written,
        executable=tuple(str(word) for word in row.executable),
        pattern=row.pattern,
        effect=Effect(row.effect),
        seconds=row.seconds,
        folder=row.folder,
        variables=tuple(str(name) for name in row.variables),
    )
