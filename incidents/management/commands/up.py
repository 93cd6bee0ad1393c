"""Starts everything on this machine: prepares the data folder, then becomes the supervisor."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from runbook.processes.folder import FolderInUse, hold, make_private
from runbook.processes.plan import write_plan
from runbook.processes.ports import is_free
from runbook.processes.redis_server import find_redis_server, redis_socket
from runbook.processes.stack import Stack, plan_of, private_redis_url

LEFT_BEHIND = 3.0
"""Seconds that the processes of a killed instance may need to leave their ports."""


class Command(BaseCommand):
    help = "Starts web, workers, clock, simulator and a private Redis; Ctrl-C stops them."
    requires_system_checks = ()

    def handle(self, *_arguments: object, **_options: object) -> None:
        data = settings.RUNBOOK_DATA
        try:
            lock = _take(data)
            stack = _stack(data, lock=lock)
            call_command("prepare", demo=True, stdout=self.stdout)
            plan_file = data / "run" / "plan.json"
            write_plan(plan_of(stack), plan_file)
        except FolderInUse as error:
            raise CommandError(str(error)) from None
        except (OSError, OperationalError) as error:
            raise CommandError(f"The data folder {data} cannot be used: {error}.") from None
        except KeyboardInterrupt:
            raise CommandError("Stopped while preparing; the next start finishes it.") from None
        self.stdout.flush()
        _become_supervisor(plan_file, lock=lock)


def _take(data: Path) -> int:
    for folder in (data, data / "run", data / "logs", data / "redis"):
        make_private(folder)
    lock = hold(data)
    for port, name in (
        (settings.PORT, "PORT"),
        (settings.SIMULATOR_PORT, "RUNBOOK_SIMULATOR_PORT"),
    ):
        if not is_free(port, within=LEFT_BEHIND):
            raise CommandError(
                f"Port {port} is in use by another program. "
                f"Choose a free one with {name}, for example: make run {name}={port + 10}"
            )
    return lock


def _stack(data: Path, *, lock: int) -> Stack:
    foreign_redis = os.environ.get("REDIS_URL", "")
    server = None if foreign_redis else find_redis_server()
    if not foreign_redis and server is None:
        raise CommandError(
            "There is no Redis server here. Install valkey or redis, or set REDIS_URL to one."
        )
    make_private(redis_socket(data).parent)
    return Stack(
        data=data,
        port=settings.PORT,
        simulator_port=settings.SIMULATOR_PORT,
        redis_server=server,
        redis_url=foreign_redis or private_redis_url(data),
        greeting=_greeting(),
        lock=lock,
    )


def _greeting() -> str:
    return (
        f"\n  Runbook is at http://127.0.0.1:{settings.PORT}/\n"
        "  Sign in as commander, engineer, leader or administrator. Their passwords were printed\n"
        "  at the first start; `.venv/bin/python manage.py changepassword NAME` sets a new one.\n"
        "  Ctrl-C stops everything; nothing is lost.\n"
    )


def _become_supervisor(plan_file: Path, *, lock: int) -> None:
    """Replaces this process, so that the parent of all holds neither Django nor a database."""
    connections.close_all()
    os.set_inheritable(lock, True)  # noqa: FBT003  (the standard library's signature)
    os.chdir(settings.BASE_DIR)
    program = [sys.executable, "-m", "runbook.processes", str(plan_file)]
    os.execv(program[0], program)  # noqa: S606  (no shell is the point)
