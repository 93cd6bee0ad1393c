"""Regular expressions that people write, refused where they could run for ever."""

from __future__ import annotations

import re

from runbook.commands.base import NotRunnable

_LONGEST = 200
_NESTED_REPEAT = re.compile(r"\([^()]*[+*{][^()]*\)[+*{]")


def compiled(pattern: str, *, ignore_case: bool = False) -> re.Pattern[str]:
    """Raises NotRunnable."""
    if len(pattern) > _LONGEST:
        raise NotRunnable("A pattern this long is not used here.")
    if _NESTED_REPEAT.search(pattern):
        raise NotRunnable(f"'{pattern}' could take for ever.")
    try:
        return re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise NotRunnable(f"'{pattern}' is not a regular expression.") from error
