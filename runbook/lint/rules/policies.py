"""Approval policies that nobody can meet because nobody can read them."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.document import front_matter
from runbook.document.approval_policy import PolicyError, parse_policy
from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found

_UNREADABLE = Rule("approval-policy", "error", "who must approve cannot be read")
RULES = (_UNREADABLE,)

_UNTIL_THEN = "Until it can be read, two approvers decide."


def findings(document: Document) -> Iterator[Finding]:
    policy = document.runbook.approval
    for name, text in (("changes", policy.changes), ("destroys", policy.destroys)):
        yield from _judged(text, _line_in_head(document, name), f"`approval`, `{name}`")
    for step in document.steps:
        if step.attributes.approve:
            yield from _judged(step.attributes.approve, step.span.first, "`approve`")


def _judged(text: str, line: int, where: str) -> Iterator[Finding]:
    try:
        parse_policy(text)
    except PolicyError as error:
        yield found(_UNREADABLE, line, f"{where}: {error} {_UNTIL_THEN}")


def _line_in_head(document: Document, name: str) -> int:
    """The line of the key below `approval`, or of `approval` where both stand on one."""
    head = front_matter.span(document.lines)
    at = 0
    for number, line in enumerate(document.lines[: head.last if head else 0], 1):
        if line.startswith("approval:"):
            at = number
        elif at and line.lstrip().startswith(f"{name}:"):
            return number
    return at or 1
