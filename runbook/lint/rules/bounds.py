"""Says where lint stopped, so that silence is not taken for praise."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import STOPPED, Finding, found

RULES = (STOPPED,)


def findings(document: Document) -> Iterator[Finding]:
    line = document.unread_from
    if line:
        message = "The document has more commands than lint looks at; from here on it is silent."
        yield found(STOPPED, line, message, "two documents")
