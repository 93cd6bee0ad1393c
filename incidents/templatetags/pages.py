"""What pages call people, resources and values, and where their panels are."""

from __future__ import annotations

import json
import re

from django import template
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from incidents import permissions
from incidents.models import Incident
from incidents.queries.approval_queue import count_for
from incidents.queries.wording import short_resource
from incidents.visible_text import visible
from runbook.document.definition import Json

register = template.Library()


@register.filter
def person(user: User | None) -> str:
    """The name people go by; the system's own deeds have no user."""
    if user is None:
        return "Runbook"
    return user.get_full_name() or user.get_username()


register.filter(short_resource)


@register.filter
def field_path(path: str) -> SafeString:
    """A field's path that breaks behind a dot or a slash when it is long, and nowhere else."""
    parts = re.split(r"(?<=[./])", visible(path))
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))


@register.filter
def initials(user: User | None) -> str:
    words = person(user).split()
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def value(found: Json) -> str:
    """A JSON value as people read it."""
    if found is None:
        return "not set"
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return visible(found) or "empty"
    return visible(json.dumps(found, ensure_ascii=False))


@register.simple_tag
def waiting_for(user: User) -> int:
    """How many approvals wait for this person."""
    return count_for(permissions.visible_incidents(user), person=user)


@register.simple_tag
def panel_url(incident: Incident, kind: str, key: int) -> str:
    """The address of a row's panel: kind "step" and key 12 give the panel "step-12"."""
    return reverse("panel", kwargs={"number": incident.number, "name": f"{kind}-{key}"})
