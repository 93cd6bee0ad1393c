"""`manage.py changepassword NAME`: Django's own, and nothing of the old password goes on."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from incidents.actions.people import password_was_set
from incidents.source import acting_from


class Command(changepassword.Command):
    help = "Set somebody's password. Their sessions and API tokens end."

    def handle(self, *args: Any, **options: Any) -> str:  # Any: Django's signature  # noqa: ANN401
        said = super().handle(*args, **options)
        with acting_from("command line"):
            revoked = password_was_set(username=options["username"] or getpass.getuser())
        tokens = f"; so did the API tokens {', '.join(revoked)}" if revoked else ""
        return f"{said}. Their sessions ended{tokens}."
