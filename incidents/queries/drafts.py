"""What the form for editing a command begins with: never a secret, which nobody may read there."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.models import Incident, StepCommand
from incidents.redacting import redactor_for
from runbook.commands.secret_text import without_value


@dataclass(frozen=True, slots=True)
class Draft:
    """`text` is "" where the command holds a secret: it must then be written anew. `written` is the
    runbook's own text as people read it, "" while the command has it."""

    text: str
    written: str


def draft_of(command: StepCommand, incident: Incident) -> Draft:
    text = command.edited or command.text
    is_plain = _as_read(text, incident) == text
    return Draft(text if is_plain else "", _as_read(command.written, incident))


def _as_read(text: str, incident: Incident) -> str:
    return redactor_for(incident, text).text(without_value(text))
