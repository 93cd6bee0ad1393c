"""Writes an incident as one file that proves itself."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from incidents import clock
from incidents.queries.named import incident_named
from incidents.queries.proof.bundle import write_bundle


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Writes an incident as a zip file that verify_bundle.py, in it, can check anywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", metavar="INC-3")
        parser.add_argument("file", metavar="FILE", help="must not be there yet")

    def handle(self, *, incident: str, file: str, **_options: object) -> None:
        found = incident_named(incident)
        if found is None:
            raise CommandError(f"There is no incident {incident}. Name it like INC-3.")
        try:
            with Path(file).open("xb") as target:
                write_bundle(found.number, target, at=clock.now())
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{found.name} is in {file}. Its head was {found.timeline_head}.")
