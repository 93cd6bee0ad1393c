"""What every test may use. The settings are `tests/settings.py`."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, settings

from incidents.models import insert_only

pytest_plugins = [
    "tests.support.servers",
    "tests.support.browsers",
    "tests.support.order",
    "tests.support.ports",
]

settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")  # how long an example takes says how busy the machine is


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tables as the models say, without migrations: those take seconds for each test process. That
    they lead to the same is checked by `makemigrations --check`, `prepare` and every story."""
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)
        insert_only.protect(connection)
    yield
