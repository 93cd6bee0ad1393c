"""Commands in running text and table cells: code between backticks that starts with a program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runbook.document.definition import CommandText, Span

PROGRAMS = ("gcloud", "curl", "openssl", "timeout", "nslookup", "dig", "wscat")

_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)")
_EXPECTATION = re.compile(r"\s*(?:[-*]\s+)?(?:\*\*)?(?:Expect|Warn):")


def commands(lines: Sequence[str], span: Span) -> Iterator[CommandText]:
    """One for each command with an argument; a code span over two lines is left alone."""
    for number in range(span.first, span.last + 1):
        line = lines[number - 1]
        if _EXPECTATION.match(line):
            continue
        for _marks, code in _CODE.findall(line):
            text = code.strip().replace("\\|", "|")
            if text.partition(" ")[0] in PROGRAMS and " -" in text:
                yield CommandText(text, Span(number, number))
