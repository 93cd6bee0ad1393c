"""Combinations of settings that are refused at start, with what to set instead."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  (Django's name)

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
