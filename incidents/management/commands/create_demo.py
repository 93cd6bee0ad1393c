"""`manage.py create_demo`: the environment `staging`, which is the simulator, and four people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from incidents.actions.demo import PEOPLE, create_environment, create_people


class Command(BaseCommand):
    help = "Create the demo environment and people; passwords are printed once, when made."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        environment = create_environment(f"http://127.0.0.1:{settings.SIMULATOR_PORT}")
        passwords = create_people(environment)
        for username, password in passwords.items():
            self.stdout.write(f"  {username:<14} {password}   {PEOPLE[username].about}")
        if passwords:
            self.stdout.write("These passwords are shown this once; only their hashes are kept.")
