"""What the timeline's page says about an entry besides its sentence."""

from __future__ import annotations

import re

from django import template

from incidents.models.audit import Entry
from runbook.document.definition import Json

register = template.Library()

SHORT = 12
DIGEST = re.compile("[0-9a-f]{64}")


@register.filter
def provenance(entry: Entry) -> str:
    """For whoever hovers: "entry 41, from page, private network, digest 3fa9c1d2e4b5"."""
    source = f", from {entry.source}" if entry.source else ""
    return f"entry {entry.number}{source}, digest {entry.digest[:SHORT]}"


@register.filter
def short_digest(words: str) -> str:
    """A digest by its beginning; everything else stays as it is."""
    return f"{words[:SHORT]}…" if DIGEST.fullmatch(words) else words


@register.filter
def moved(entry: Entry) -> list[tuple[str, Json, Json]]:
    """What an act changed, (name, before, after): field by field where it kept several."""
    data = entry.data if isinstance(entry.data, dict) else {}
    if not {"before", "after"} <= data.keys():
        return []
    before, after = data["before"], data["after"]
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [("Changed", before, after)]
    names = sorted(before.keys() | after.keys())
    found = [(name, before.get(name), after.get(name)) for name in names]
    return [(name, was, now) for name, was, now in found if was != now]
