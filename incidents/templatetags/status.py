"""What the status page's templates need: times without a countdown baked in, bars, percentages.

A copy of the page is served for a while and without JavaScript too: what is written here stays true
however old the copy is, and `time.js` makes the countdowns of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.queries.published.facts import DayFact
from incidents.templatetags.icons import COMPONENT_ICONS
from incidents.templatetags.times import duration

register = template.Library()

BAR = 4
"""From one bar of a strip to the next, in its own units; each is one narrower."""

STAGE_ICONS = {
    "investigating": "search",
    "identified": "eye",
    "monitoring": "activity",
    "resolved": "circle-check",
}
INDICATOR_ICONS = {
    "none": "circle-check",
    "minor": "triangle-alert",
    "major": "circle-x",
    "critical": "octagon-alert",
}


@register.filter
def stage_icon(stage: str) -> str:
    return STAGE_ICONS[stage]


@register.filter
def indicator_icon(indicator: str) -> str:
    return INDICATOR_ICONS[indicator]


@register.filter
def percent(share: float) -> str:
    """Never rounded up: "100 %" is said of nothing that was away."""
    whole = math.floor(share * 100) / 100
    return "100 %" if whole >= 100 else f"{whole:.2f} %"


@register.filter
def bars(days: Sequence[DayFact]) -> list[tuple[int, DayFact]]:
    """Where each day's bar begins."""
    return [(BAR * place, day) for place, day in enumerate(days)]


@register.filter
def width(days: Sequence[DayFact]) -> int:
    return BAR * len(days) - 1


@register.filter
def day_words(day: DayFact) -> str:
    """ "21 November: offline for 42 min, degraded for 5 min" """
    if day.state is None:
        return f"{day.day:%-d %B}: not listed yet"
    spans = [("offline", day.offline_seconds), ("degraded", day.degraded_seconds)]
    said = [f"{word} for {duration(seconds)}" for word, seconds in spans if seconds]
    return f"{day.day:%-d %B}: {', '.join(said) or 'operational'}"


@register.filter
def day_icon(day: DayFact) -> str:
    return COMPONENT_ICONS[day.state or "operational"]


@register.simple_tag
def by(at: datetime) -> SafeString:
    """A moment something is due by: "by 21 Nov 14:30 UTC", ticking where there is JavaScript."""
    return format_html(
        '<time class="figures" datetime="{}" data-countdown-to="{}">by {} UTC</time>',
        at.isoformat(),
        at.isoformat(),
        f"{at:%-d %b %H:%M}",
    )


@register.simple_tag
def stamp(at: datetime) -> SafeString:
    """ "21 Nov 14:30 UTC" """
    return format_html(
        '<time class="figures" datetime="{}" data-moment>{} UTC</time>',
        at.isoformat(),
        f"{at:%-d %b %H:%M}",
    )
