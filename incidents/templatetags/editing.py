"""What the forms for editing a command need besides its row."""

from __future__ import annotations

from django import template

from incidents.models import Incident, StepCommand
from incidents.queries.drafts import Draft
from incidents.queries.drafts import draft_of as read_draft

register = template.Library()


@register.simple_tag
def draft_of(command: StepCommand, incident: Incident) -> Draft:
    return read_draft(command, incident)
