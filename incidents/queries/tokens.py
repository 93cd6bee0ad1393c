"""Which API tokens of a person open something."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from incidents.models import ApiToken


def working_tokens(person: User, now: datetime) -> QuerySet[ApiToken]:
    """Neither revoked nor expired."""
    return ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=now)
