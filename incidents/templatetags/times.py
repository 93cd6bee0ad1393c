"""Times on a page: in words, on a clock, and ticking in the browser."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents import clock

register = template.Library()


@register.filter
def duration(seconds: float | None) -> str:
    """Whole time in words: "2 h", "1 h 30 min", "45 s"."""
    if seconds is None:
        return ""
    whole = int(seconds)
    parts = [(whole // 86400, "d"), (whole % 86400 // 3600, "h"), (whole % 3600 // 60, "min")]
    said = [f"{count} {unit}" for count, unit in parts if count]
    if whole < 60 or not said:
        return f"{whole} s"
    return " ".join(said[:2])


@register.simple_tag
def planned(least: int, most: int) -> str:
    """A phase's plan: "1 h", or "2 h to 4 h"."""
    if not most:
        return duration(least) if least else ""
    return duration(most) if least in (0, most) else f"{duration(least)} to {duration(most)}"


def clock_face(seconds: float) -> str:
    """Time on a clock: "4:07", "1:04:07", "2 d 03:04"."""
    whole = max(0, int(seconds))
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    if days:
        return f"{days} d {hours:02}:{rest // 60:02}"
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


def _span(seconds: float) -> str:
    """Two units at most; seconds only in the last ten minutes. `time.js` says the same."""
    whole = int(seconds)
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    if minutes >= 10:
        return f"{minutes} min"
    return f"{minutes} min {whole % 60:02} s" if minutes else f"{whole} s"


@register.simple_tag
def elapsed(since: datetime, until: datetime | None = None) -> SafeString:
    """Time since a moment, ticking in the browser; standing still when `until` is given."""
    face = clock_face(((until or clock.now()) - since).total_seconds())
    if until is not None:
        return format_html('<span class="figures">{}</span>', face)
    return format_html(
        '<time class="figures" datetime="{}" data-elapsed-since="{}" title="{}">{}</time>',
        since.isoformat(),
        since.isoformat(),
        _utc(since),
        face,
    )


@register.simple_tag
def countdown(to: datetime) -> SafeString:
    """Time until a moment, ticking: "in 1 h 59 min"; once it has passed, "12 min overdue". Always
    with units, so that nobody reads it as a time of day."""
    left = (to - clock.now()).total_seconds()
    face = f"in {_span(left)}" if left >= 0 else f"{_span(-left)} overdue"
    return format_html(
        '<time class="figures{}" datetime="{}" data-countdown-to="{}" title="{}">{}</time>',
        "" if left >= 0 else " is-late",
        to.isoformat(),
        to.isoformat(),
        _utc(to),
        face,
    )


@register.simple_tag
def moment(at: datetime, form: str = "H:i") -> SafeString:
    """A clock time in UTC; hovering shows UTC and local. `form`: "H:i", "H:i:s" or "full"."""
    pattern = {"H:i": "%H:%M", "H:i:s": "%H:%M:%S"}.get(form, "%-d %b %H:%M")
    return format_html(
        '<time class="figures" datetime="{}" data-moment title="{}">{}</time>',
        at.isoformat(),
        _utc(at),
        at.strftime(pattern),
    )


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


@register.simple_tag
def run_seconds(started: datetime | None, finished: datetime | None) -> str:
    """How long a run took, "" when it never started."""
    if started is None or finished is None:
        return ""
    took: timedelta = finished - started
    seconds = took.total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)
