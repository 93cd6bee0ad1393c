"""What gcloud itself refuses, and what is not run from here."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.lint.document import Document, Place
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import taken_apart
from runbook.lint.reading import UNCLEAR, as_written, attempt
from runbook.lint.rules import ssh

_REFUSED = Rule("gcloud-refuses", "error", "gcloud does not take these words")
_NOT_RUN = Rule("not-runnable", "note", "shown and copied, but not run from here, and why")
RULES = (_REFUSED, _NOT_RUN)


def findings(document: Document) -> Iterator[Finding]:
    for reading in document.readings:
        for refusal in reading.refused:
            reason = reading.as_written(refusal.reason)
            yield found(
                _REFUSED,
                reading.statement.line,
                f"gcloud refuses this: {reason}",
                reading.as_written(refusal.instead),
            )
    for place in document.places:
        if place.is_block:
            yield from _not_run(place, document)


def _not_run(place: Place, document: Document) -> Iterator[Finding]:
    """Said once for a loop or a conditional; not of what gcloud refuses, and not where a graver
    rule says it."""
    inner = document.readings_by_place.get(place.line, [])
    if any(reading.refused for reading in inner) or _says_why(place):
        return
    if len(place.statements) == 1:
        unread = [(r.unread, r.stand_ins) for r in inner if r.unread]
    else:
        unread = [attempt(place.command.text, document.names)]
    for runnable, names in unread:
        if not runnable.lines and runnable.reason != UNCLEAR:
            reason = as_written(runnable.reason, names)
            yield found(_NOT_RUN, place.line, reason, as_written(runnable.instead, names))


def _says_why(place: Place) -> bool:
    commands = [taken_apart(stage, one) for one in place.statements for stage in one.stages]
    return len(commands) == 1 and any(commands[0].begins(name) for name in ssh.NO_DIAGNOSES)
