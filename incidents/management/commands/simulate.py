"""Serves a simulated Google Cloud project on a loopback port."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runbook.simulator.arguments import OPTIONS, add_arguments
from runbook.simulator.serve import serve


class Command(BaseCommand):
    help = "Serves a simulated Google Cloud project on a loopback port, until it is interrupted."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, **options: object) -> None:
        chosen: dict[str, Any] = {name: options[name] for name in OPTIONS}  # Any: argparse
        try:
            serve(**chosen)
        except ValueError as error:
            raise CommandError(str(error)) from error
