"""What the commands themselves say about their words; the codes are theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.commands.base import Caution
from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, Severity
from runbook.lint.reading import Reading

RULES: tuple[Rule, ...] = ()
_TOLD = {
    "certificate-list-replaced": re.compile(r"\bACTIVE\b|\bold (?:one|certificate)\b"),
    "flags-restart": re.compile(r"\brestart", re.IGNORECASE),
}
_NOTES = {"runs-only-here"}
"""What a reader should know and nobody needs to change."""

_AMOUNT = re.compile(r"7\d+7s?")


def findings(document: Document) -> Iterator[Finding]:
    for reading in document.readings:
        for command in reading.commands:
            for caution in command.cautions():
                if _is_to_say(caution, reading, document):
                    yield Finding(
                        reading.statement.line,
                        severity_of(caution.code),
                        caution.code,
                        reading.as_written(caution.message),
                        reading.as_written(caution.instead),
                    )


def severity_of(code: str) -> Severity:
    return "note" if code in _NOTES else "warning"


def _is_to_say(caution: Caution, reading: Reading, document: Document) -> bool:
    """Nothing is said of values nobody knows yet, and not what the step itself says."""
    told = _TOLD.get(caution.code)
    around = document.words_around(reading.statement.line) if told else ""
    is_told = told is not None and told.search(around) is not None
    return not (is_told or _is_about_a_stand_in(reading, caution.message))


def _is_about_a_stand_in(reading: Reading, message: str) -> bool:
    """An amount that nobody knows yet is neither too large nor too small."""
    amounts = [value for value in reading.stand_ins.values() if _AMOUNT.fullmatch(value)]
    return any(amount in message for amount in amounts)
