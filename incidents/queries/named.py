"""Incidents by the name that people say."""

from __future__ import annotations

import re

from incidents.models import Incident

NAME = re.compile(r"(?:INC-)?([0-9]{1,9})", re.IGNORECASE)


def incident_named(name: str) -> Incident | None:
    """ "INC-3", "inc-3" and "3" are the same."""
    found = NAME.fullmatch(name.strip())
    return Incident.objects.filter(number=int(found[1])).first() if found else None
