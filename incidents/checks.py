"""Combinations of settings that are refused at start, with what to set instead."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  (Django's name)

from runbook.commands.secret_patterns import wrong_pattern

LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


def reaches_others() -> bool:
    return bool(set(settings.ALLOWED_HOSTS) - LOOPBACK)


@register
def debug_stays_at_home(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    if not (settings.DEBUG and reaches_others()):
        return []
    return [
        Error(
            "RUNBOOK_DEBUG shows source and settings to whoever meets an error, and RUNBOOK_HOSTS"
            " lets in more than this machine.",
            hint="Unset RUNBOOK_DEBUG, or keep RUNBOOK_HOSTS to localhost.",
            id="runbook.E001",
        )
    ]


@register
def passwords_travel_encrypted(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    if settings.RUNBOOK_HTTPS or not reaches_others():
        return []
    return [
        Warning(
            "People sign in from other machines and RUNBOOK_HTTPS is off: passwords and approvals"
            " travel in clear text.",
            hint="Put a proxy with TLS in front and set RUNBOOK_HTTPS=true.",
            id="runbook.W001",
        )
    ]


@register
def a_lease_outlives_a_lost_heartbeat(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    if settings.LEASE_SECONDS > 2 * settings.HEARTBEAT_SECONDS:
        return []
    return [
        Error(
            f"RUNBOOK_LEASE_SECONDS ({settings.LEASE_SECONDS}) is not more than twice"
            f" RUNBOOK_HEARTBEAT_SECONDS ({settings.HEARTBEAT_SECONDS}): one late heartbeat would"
            " take a run from a worker that is well, and leave a change of unknown outcome.",
            hint="Keep the lease at three heartbeats or more.",
            id="runbook.E002",
        )
    ]


@register
def patterns_of_secrets_are_usable(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    wrong = [sentence for sentence in map(wrong_pattern, settings.REDACT) if sentence]
    return [
        Error(
            f"RUNBOOK_REDACT cannot be used: {sentence}",
            hint="Write regular expressions, one per line or separated by ;; and no repeat inside"
            " of a repeated group.",
            id="runbook.E003",
        )
        for sentence in wrong
    ]


@register
def receivers_can_be_reached(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    is_mail = not settings.MAIL_URL or (
        settings.MAIL_URL.startswith(("smtp://", "smtp+tls://", "smtp+ssl://"))
        and settings.EMAIL_HOST
    )
    wrong = [network for network in settings.PRIVATE_RECEIVERS if not _is_network(network)]
    found = [] if is_mail else ["RUNBOOK_MAIL_URL names no mail server."]
    found += [f"RUNBOOK_PRIVATE_RECEIVERS: {network} is not a network." for network in wrong]
    return [
        Error(
            sentence,
            hint="Write smtp+tls://user:password@mail.example.com:587 and 10.20.0.0/16.",
            id="runbook.E006",
        )
        for sentence in found
    ]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


@register
def single_sign_on_is_whole(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    url = settings.OIDC_URL
    if not url:
        return []
    is_whole = settings.OIDC_CLIENT_ID and settings.OIDC_SECRET
    host = urlsplit(url).hostname or ""
    is_safe = url.startswith("https://") or (url.startswith("http://") and host in LOOPBACK)
    if is_whole and is_safe:
        return []
    return [
        Error(
            "Single sign-on cannot be used: RUNBOOK_OIDC_URL needs https:// and goes with"
            " RUNBOOK_OIDC_CLIENT_ID and RUNBOOK_OIDC_SECRET.",
            hint="Set all three, or none of them.",
            id="runbook.E004",
        )
    ]


@register
def there_is_a_way_in(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's signature)
    **options: object,  # noqa: ARG001  (Django's signature)
) -> list[CheckMessage]:
    if settings.LOCAL_PASSWORDS or settings.OIDC_URL:
        return []
    return [
        Error(
            "Nobody could sign in: RUNBOOK_LOCAL_PASSWORDS is off and RUNBOOK_OIDC_URL is not set.",
            hint="Set one of them.",
            id="runbook.E005",
        )
    ]
