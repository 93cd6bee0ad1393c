"""What templates need besides rows: times that tick, safe Markdown, icons, words for values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import nh3
from django import template
from django.contrib.auth.models import User
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from incidents import clock, permissions
from incidents.models import Incident
from incidents.queries.approval_queue import count_for
from incidents.queries.wording import short_resource
from incidents.templatetags.commands import whole_words
from incidents.visible_text import visible
from runbook.document.definition import Json

register = template.Library()

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
PROSE = nh3.ALLOWED_TAGS - {"img"}
IN_LINE = {"code", "em", "strong", "s", "span", "wbr"}
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "span": {"class"}}


def _code_in_line(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    place: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    return f"<code>{whole_words(tokens[place].content)}</code>"


_markdown.add_render_rule("code_inline", _code_in_line)

RUN_ICONS = {
    "planning": "circle-dashed",
    "waiting": "hourglass",
    "queued": "circle-dot-dashed",
    "running": "loader",
    "succeeded": "circle-check",
    "failed": "circle-x",
    "cancelled": "circle-slash",
    "rejected": "ban",
    "expired": "timer-off",
    "void": "shield-x",
    "unknown": "circle-help",
}
EFFECT_ICONS = {"reads": "eye", "changes": "pencil", "destroys": "trash-2"}
COMPONENT_ICONS = {
    "operational": "circle-check",
    "degraded": "triangle-alert",
    "offline": "circle-x",
}
LEVEL_ICONS = {
    "pending": "circle-dashed",
    "fired": "siren",
    "acknowledged": "circle-check",
    "cancelled": "circle-slash",
    "does not apply": "circle-slash",
    "paused": "timer-off",
    "waits": "circle",
}
TIMELINE_ICONS = {
    "step": "list-checks",
    "run": "terminal",
    "command": "terminal",
    "parameters": "pencil",
    "runbook": "book-open",
    "approval": "shield-check",
    "plan": "file-text",
    "level": "siren",
    "escalation": "siren",
    "update": "megaphone",
    "component": "layers",
    "phase": "flag",
    "incident": "activity",
    "time": "clock",
    "check": "check",
    "handover": "users",
    "handoff": "arrow-right",
    "freeze": "ban",
    "report": "file-text",
    "follow_up": "list-checks",
    "notification": "bell",
    "alert": "siren",
    "health": "gauge",
    "validation": "shield-check",
}


LOUD_ENTRIES = {
    "entry-bad": {
        "run.failed",
        "approval.rejected",
        "escalation.fired",
        "update.due",
        "phase.overrun",
        "report.due",
        "notification.dead",
        "alert.declared",
        "alert.joined",
        "alert.again",
        "alert.run_refused",
    },
    "entry-odd": {"run.unknown", "run.left"},
    "entry-good": {
        "approval.approved",
        "incident.resolved",
        "incident.mitigated",
        "report.final",
        "alert.recovered",
    },
}


@register.simple_tag
def icon(name: str, words: str = "") -> SafeString:
    """An icon of the sprite. With `words` it speaks for itself, without it is decoration."""
    label = (
        format_html('role="img" aria-label="{}"', words)
        if words
        else mark_safe('aria-hidden="true"')
    )
    sprite = static("vendor/lucide/sprite.svg")
    return format_html(
        '<svg class="icon icon-{}" {}><use href="{}#{}"></use></svg>', name, label, sprite, name
    )


@register.filter
def run_icon(state: str) -> str:
    return RUN_ICONS[state]


@register.filter
def effect_icon(effect: str) -> str:
    return EFFECT_ICONS.get(effect, "copy")


@register.filter
def component_icon(state: str) -> str:
    return COMPONENT_ICONS[state]


@register.filter
def level_icon(state: str) -> str:
    return LEVEL_ICONS[state]


@register.filter
def timeline_icon(kind: str) -> str:
    return TIMELINE_ICONS.get(kind.partition(".")[0], "circle-dot")


@register.filter
def timeline_look(kind: str) -> str:
    """Class names of an entry: what stands out, and what carries a command."""
    names = [name for name, kinds in LOUD_ENTRIES.items() if kind in kinds]
    if kind.startswith("run.") or kind == "approval.asked":
        names.append("entry-command")
    return " ".join(names)


@register.filter
def markdown(text: str) -> SafeString:
    """CommonMark and tables as HTML without scripts, styles, forms or pictures from elsewhere."""
    shown = nh3.clean(
        _markdown.render(text), tags=PROSE, attributes=ATTRIBUTES, link_rel="noopener noreferrer"
    )
    return mark_safe(shown)  # noqa: S308  (cleaned)


@register.filter
def inline_markdown(text: str) -> SafeString:
    """One line: emphasis, code and nothing that opens a block or a link inside a link."""
    rendered = _markdown.renderInline(text)
    return mark_safe(nh3.clean(rendered, tags=IN_LINE, attributes=ATTRIBUTES))  # noqa: S308  (cleaned)


@register.filter
def plain(text: str) -> str:
    """One line of Markdown without its marks, for titles and labels."""
    return nh3.clean(_markdown.renderInline(text), tags=set()).replace("&amp;", "&").strip()


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


@register.simple_tag
def waiting_for(user: User) -> int:
    """How many approvals wait for this person."""
    return count_for(permissions.visible_incidents(user), person=user)


@register.simple_tag
def panel_url(incident: Incident, kind: str, key: int) -> str:
    """The address of a row's panel: kind "step" and key 12 give the panel "step-12"."""
    return reverse("panel", kwargs={"number": incident.number, "name": f"{kind}-{key}"})
