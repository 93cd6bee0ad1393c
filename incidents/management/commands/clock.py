"""`manage.py clock`: one pass a second over everything that is due. Any number may run at once."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from incidents.actions import clockwork
from incidents.source import acting_from

logger = logging.getLogger(__name__)

PASS_SECONDS = 1.0


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Fire timers, expire approvals, and recover runs whose worker died, each second."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="make one pass and stop")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (signal's signature)
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        while not stop.is_set():
            begun = time.monotonic()
            self.pass_once()
            if options["once"]:
                return
            stop.wait(max(0.05, PASS_SECONDS - (time.monotonic() - begun)))

    def pass_once(self) -> None:
        """A database that is busy or away costs this pass; the next one finds the same rows due."""
        try:
            with acting_from("clock"):
                clockwork.tick()
        except DatabaseError as error:
            logger.warning("this pass is left out, the database does not answer: %s", error)
            connection.close()
