"""What gcloud itself refuses, and what is not run from here."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.lint.document import Document, Place
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.reading import UNCLEAR, Values, as_written, attempt

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
    """Said once for a loop or a conditional, and not of what gcloud refuses."""
    inner = document.readings_by_place.get(place.line, [])
    if any(reading.refused for reading in inner):
        return
    if len(place.statements) == 1:
        unread = [(r.unread, r.stand_ins) for r in inner if r.unread]
    else:
        unread = [attempt(place.command.text, Values(document.values))]
    for runnable, names in unread:
        if not runnable.lines and runnable.reason != UNCLEAR:
            reason = as_written(runnable.reason, names)
            yield found(_NOT_RUN, place.line, reason, as_written(runnable.instead, names))
