"""What the pages of notifications and rotas need besides rows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.contrib.auth.models import User
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents import permissions
from incidents.models import Rota
from incidents.queries.notices import Bell, read_bell

register = template.Library()

CHANNEL_ICONS = {"email": "mail", "webhook": "link", "service": "message-square"}
DELIVERY_ICONS = {
    "waiting": "hourglass",
    "sending": "loader",
    "sent": "circle-check",
    "dead": "circle-x",
    "cancelled": "circle-slash",
}


@register.simple_tag
def bell_of(user: User) -> Bell:
    """What of this person's notices is not read."""
    return read_bell(user, permissions.visible_environments(user))


@register.filter
def channel_icon(kind: str) -> str:
    return CHANNEL_ICONS.get(kind, "bell")


@register.filter
def delivery_icon(state: str) -> str:
    return DELIVERY_ICONS[state]


@register.simple_tag
def local_time(at: datetime, rota: Rota) -> SafeString:
    """A moment as the rota's people read it: "Mon 5 Oct 09:00". Hovering shows UTC."""
    local = at.astimezone(ZoneInfo(rota.time_zone))
    return format_html(
        '<time class="figures" datetime="{}" title="{} UTC">{}</time>',
        at.isoformat(),
        f"{at:%Y-%m-%d %H:%M}",
        f"{local:%a %-d %b %H:%M}",
    )
