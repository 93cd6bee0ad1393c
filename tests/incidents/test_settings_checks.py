"""Unsafe settings are refused with what to set instead."""

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def home(settings: Settings) -> None:
    """As shipped; Django's test runner adds a host of its own."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def ours() -> list[str]:
    return [str(found.id) for found in run_checks() if str(found.id).startswith("runbook.")]


def test_the_shipped_settings_are_safe() -> None:
    assert ours() == []


def test_debug_is_refused_when_others_are_let_in(settings: Settings) -> None:
    settings.DEBUG, settings.RUNBOOK_HTTPS = True, True
    settings.ALLOWED_HOSTS = ["runbook.example.com"]

    assert ours() == ["runbook.E001"]


def test_clear_text_is_warned_of(settings: Settings) -> None:
    settings.ALLOWED_HOSTS, settings.RUNBOOK_HTTPS = ["runbook.example.com"], False

    assert ours() == ["runbook.W001"]


@pytest.mark.parametrize(("lease", "wrong"), [(8, ["runbook.E002"]), (9, [])])
def test_a_lease_must_outlive_two_heartbeats(
    settings: Settings, lease: int, wrong: list[str]
) -> None:
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = lease, 4

    assert ours() == wrong
