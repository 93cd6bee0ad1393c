"""An environment's row as the plain value the engine works with."""

from __future__ import annotations

from django.conf import settings

from incidents.models import Environment
from runbook.cloud.target import Target


def target_of(environment: Environment) -> Target:
    return Target(
        name=environment.name,
        project=environment.project,
        region=environment.region,
        endpoint=environment.endpoint,
        allowed_hosts=tuple(environment.allowed_hosts),
        routes=dict(environment.routes),
        read_timeout=settings.READ_TIMEOUT_SECONDS,
        deadline=settings.RUN_DEADLINE_SECONDS,
    )
