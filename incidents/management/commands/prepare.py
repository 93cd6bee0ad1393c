"""Brings a data folder up to date: tables, static files, shipped runbooks, demo people."""

from __future__ import annotations

import allauth
import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from incidents.models import Environment, Runbook, insert_only
from runbook.processes.stamps import digest_of, is_current, remember


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "Brings tables, static files and shipped runbooks up to date. Doing it again is harmless."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="make the demo people when there is nobody yet"
        )
        parser.add_argument("--unwatched", action="store_true", help="leave the demo's monitor off")

    def handle(self, *, demo: bool, unwatched: bool = False, **_options: object) -> None:
        self._migrate()
        self._collect_static()
        self._load_library()
        if demo:
            self._make_demo(unwatched=unwatched)

    def _make_demo(self, *, unwatched: bool) -> None:
        """At the first start, and again when the simulator has moved to another port."""
        simulator = f"http://127.0.0.1:{settings.SIMULATOR_PORT}"
        moved = Environment.objects.exclude(scenario="").exclude(endpoint=simulator)
        if moved.exists() or not get_user_model().objects.exists():
            call_command("create_demo", unwatched=unwatched, stdout=self.stdout)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        for name in insert_only.missing(connection):
            self.stdout.write(f"{name} was not as it is made; what is written is protected again.")
            insert_only.protect(connection)
        call_command("createcachetable", verbosity=0)
        call_command("clearsessions")

    def _collect_static(self) -> None:
        sources = [settings.BASE_DIR / "static"]
        versions = f"{django.__version__} {allauth.__version__}"
        digest = digest_of(sources, versions, settings.STORAGES["staticfiles"]["BACKEND"])
        stamp = settings.STATIC_ROOT / ".prepared"
        if not is_current(stamp, digest):
            call_command("collectstatic", interactive=False, verbosity=0)
            remember(stamp, digest)

    def _load_library(self) -> None:
        digest = digest_of([settings.BASE_DIR / "runbook" / "library"])
        stamp = settings.RUNBOOK_DATA / "run" / "library"
        if not Runbook.objects.exists() or not is_current(stamp, digest):
            call_command("load_library", stdout=self.stdout)
            remember(stamp, digest)
