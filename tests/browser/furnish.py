"""Fills the database of the web process that browser tests look at; run as a program."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402  (Django must be set up first)

from tests.browser import rooms  # noqa: E402  (likewise)

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    rooms.furnish()
