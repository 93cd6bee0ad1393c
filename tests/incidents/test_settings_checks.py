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


def test_mail_server_and_networks_are_checked(settings: Settings) -> None:
    settings.MAIL_URL, settings.PRIVATE_RECEIVERS = "mail.example.com", ["10.0.0.0/8", "10/a"]

    assert ours() == ["runbook.E006", "runbook.E006"]


def test_clear_text_is_warned_of(settings: Settings) -> None:
    settings.ALLOWED_HOSTS, settings.RUNBOOK_HTTPS = ["runbook.example.com"], False

    assert ours() == ["runbook.W001"]


@pytest.mark.parametrize(("lease", "wrong"), [(8, ["runbook.E002"]), (9, [])])
def test_a_lease_must_outlive_two_heartbeats(
    settings: Settings, lease: int, wrong: list[str]
) -> None:
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = lease, 4

    assert ours() == wrong


@pytest.mark.parametrize(
    ("url", "client", "wrong"),
    [
        ("https://id.example.com", "runbook", []),
        ("http://127.0.0.1:9400", "runbook", []),
        ("http://id.example.com", "runbook", ["runbook.E004"]),
        ("https://id.example.com", "", ["runbook.E004"]),
        ("", "", []),
    ],
)
def test_single_sign_on_needs_all_it_needs(
    settings: Settings, url: str, client: str, wrong: list[str]
) -> None:
    settings.OIDC_URL, settings.OIDC_CLIENT_ID, settings.OIDC_SECRET = url, client, "secret"

    assert ours() == wrong


def test_somebody_must_be_able_to_sign_in(settings: Settings) -> None:
    settings.LOCAL_PASSWORDS, settings.OIDC_URL = False, ""

    assert ours() == ["runbook.E005"]


@pytest.mark.parametrize(
    ("patterns", "wrong"),
    [
        ([r"customer-\d+", r"badge (\w+)"], []),
        (["(a+)+"], ["runbook.E003"]),
        (["x*", "["], ["runbook.E003", "runbook.E003"]),
    ],
)
def test_patterns_of_secrets_must_be_usable(
    settings: Settings, patterns: list[str], wrong: list[str]
) -> None:
    settings.REDACT = patterns

    assert ours() == wrong
