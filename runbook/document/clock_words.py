"""Rules of the clock as people read them where two revisions of a runbook differ."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.document.definition import EscalationLevel, UpdateCadence
from runbook.document.durations import words


def level_rule(level: EscalationLevel) -> str:
    return f"{_when(level)}: {', '.join((*level.to, *level.then))}{''.join(_how(level))}"


def _when(level: EscalationLevel) -> str:
    counted = {
        "phase": f" from the start of phase {level.origin_key}",
        "update": f" without words for {level.origin_key}",
        "level": f" from level {level.origin_key}",
    }.get(level.origin, "")
    condition = f" if {level.condition}" if level.condition else ""
    return f"after {level.after // 60} min{counted}{condition}"


def _how(level: EscalationLevel) -> Iterator[str]:
    if level.severities:
        yield f"; for {', '.join(level.severities)}"
    if level.notify:
        yield f"; by {', '.join(level.notify)}"
    if level.repeat:
        yield f"; again every {words(level.repeat)}"
    if level.next_after:
        yield f"; next level after {words(level.next_after)}"


def cadence_rule(cadence: UpdateCadence) -> str:
    if not cadence.by_severity:
        return f"every {cadence.every // 60} min"
    return ", ".join(
        f"{severity} every {every // 60} min" for severity, every in cadence.by_severity
    )
