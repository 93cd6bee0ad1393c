"""A validation as lines of text, for terminals."""

from __future__ import annotations

from collections.abc import Iterator

from incidents.models import HealthCheck, Validation
from incidents.queries.validations import CategoryLines, Line, categories_of
from incidents.visible_text import readable

TICKS = {True: "✅", False: "❌", None: "❔"}


def validation_text(validation: Validation) -> Iterator[str]:
    """The row must come with its incident and its two checks."""
    yield f"Validation {validation.number} of {validation.incident.name}"
    for category in categories_of(validation):
        yield ""
        yield _head(category)
        yield from (_line(line) for line in category.lines)
    rate = 100 * validation.passed / validation.total if validation.total else 0.0
    yield ""
    yield f"Pass rate: {validation.passed} of {validation.total} ({rate:.0f} %)"
    yield f"Before: {_check(validation.before)}. After: {_check(validation.after)}."
    yield "SIGN-OFF RECOMMENDED" if validation.may_sign_off else "DO NOT SIGN OFF"
    yield readable(validation.recommendation)
    yield f"On the timeline as validation {validation.number}, SHA-256 {validation.digest}."


def _head(category: CategoryLines) -> str:
    unchecked = len(category.lines) - category.total
    rest = f", {unchecked} not checked" if unchecked else ""
    return f"{category.name.upper()}: {category.passed} of {category.total} passed{rest}"


def _line(line: Line) -> str:
    found = readable(str(line["after"]))
    said = f": {found}" if found else ""
    before = readable(str(line["before"]))
    was = f" (was {before})" if before and before != found else ""
    detail = f" - {readable(str(line['detail']))}" if line["detail"] else ""
    warning = " [warning]" if line["severity"] == "warning" and line["passed"] is False else ""
    return f"  {TICKS[line['passed']]} {readable(str(line['title']))}{said}{was}{warning}{detail}"


def _check(check: HealthCheck | None) -> str:
    if check is None:
        return "no check"
    return f"the check of {check.requested_at:%Y-%m-%d %H:%M:%S} UTC"
