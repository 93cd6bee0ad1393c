"""Words and shapes for how checks, thresholds and alerts stand."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents import clock
from incidents.templatetags.times import clock_face, duration
from incidents.visible_text import visible

register = template.Library()

ICONS = {
    "critical": "circle-x",
    "warning": "triangle-alert",
    "unchecked": "circle-help",
    "follows": "arrow-right",
    "risk": "shield-x",
    "passed": "circle-check",
    "healthy": "circle-check",
    "degraded": "triangle-alert",
    "never checked": "circle-dashed",
    "unknown": "circle-help",
    "failed": "octagon-alert",
    "waiting": "circle-dot-dashed",
    "running": "loader",
    "rising": "circle-dot",
}
WORDS = {
    "unchecked": "not checked",
    "follows": "follows",
    "passed": "as expected",
    "never checked": "not checked yet",
}


@register.filter
def look_icon(look: str) -> str:
    return ICONS.get(look, "circle")


@register.filter
def look_word(look: str) -> str:
    return WORDS.get(look, look)


@register.simple_tag
def age(since: datetime) -> SafeString:
    """How long ago, ticking: "0:42 ago"."""
    face = clock_face((clock.now() - since).total_seconds())
    return format_html(
        '<time class="figures" datetime="{}" title="{}"><span data-elapsed-since="{}">{}</span>'
        " ago</time>",
        since.isoformat(),
        f"{since:%Y-%m-%d %H:%M:%S} UTC",
        since.isoformat(),
        face,
    )


@register.simple_tag
def coming(at: datetime) -> SafeString:
    """Until something that comes by itself, ticking and never loud: "in 21 s", "any moment"."""
    left = (at - clock.now()).total_seconds()
    return format_html(
        '<time class="figures" datetime="{}" data-countdown-to="{}" data-calm title="{}">{}</time>',
        at.isoformat(),
        at.isoformat(),
        f"{at:%Y-%m-%d %H:%M:%S} UTC",
        f"in {duration(left)}" if left >= 0 else "any moment",
    )


@register.simple_tag
def amount(value: float | None, unit: str) -> str:
    """ "83 %", "0.412 s", "12034"."""
    if value is None:
        return "no data"
    figure = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{figure} {unit}".rstrip()


@register.filter
def how_long(seconds: float) -> str:
    """Of a check: "0.8 s", "1 min 4 s"."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


@register.filter
def subject(name: str) -> str:
    """What was measured, short: a host with its path, or what a resource is called."""
    said = visible(name)
    if "://" in said:
        return said.partition("://")[2].rstrip("/")
    return said.rpartition("/")[2] or said
