"""Icons of the sprite, and what stands for a state, an effect or an entry."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

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
