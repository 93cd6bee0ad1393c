"""`manage.py create_demo`: the environment `staging`, which is the simulator, four people and
the account in whose name rules about alerts act."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from incidents.actions.demo import (
    PEOPLE,
    create_account_of_rules,
    create_environment,
    create_people,
    watch,
)


class Command(BaseCommand):
    help = "Create the demo environment and people; passwords are printed once, when made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--unwatched", action="store_true", help="leave the monitor of the environment off"
        )

    def handle(self, *, unwatched: bool = False, **_options: object) -> None:
        environment = create_environment(f"http://127.0.0.1:{settings.SIMULATOR_PORT}")
        if not unwatched:
            watch(environment)
        create_account_of_rules(environment)
        passwords = create_people(environment)
        for username, password in passwords.items():
            self.stdout.write(f"  {username:<14} {password}   {PEOPLE[username].about}")
        if passwords:
            self.stdout.write("These passwords are shown this once; only their hashes are kept.")
