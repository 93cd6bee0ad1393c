"""Cookies in headers and on the command line of curl: their names stay, their values go."""

from __future__ import annotations

import re

from runbook.redaction.labels import DONE, Label
from runbook.redaction.names import is_reference

_HEADER = re.compile(
    r"(?i:(?<![\w-])(?P<set>set-)?cookie2?[\"']?\s{0,3}:\s{0,3}[\"'\[]{0,2})(?P<all>[^\"'\n]+)"
)
_FLAG = re.compile(
    r"(?P<set>(?!))?\s(?:--cookie|-b)[ =]{1,3}[\"']?(?P<all>[^\s\"'=]{1,80}=[^\"'\n]+)"
)
_ONE = re.compile(r"(?P<name>[^\s=;,]{1,120}+)=(?P<value>[^;]*+)")


def redacted_cookies(text: str, lower: str, label: Label) -> str:
    if "cookie" in lower:
        text = _HEADER.sub(lambda found: _values(found, label), text)
    if "curl" in lower:
        text = _FLAG.sub(lambda found: _values(found, label), text)
    return text


def _values(found: re.Match[str], label: Label) -> str:
    """Every value of `Cookie`, but only the first of `Set-Cookie`: attributes follow it."""

    def hidden(one: re.Match[str]) -> str:
        value = one["value"].strip()
        if not value or DONE.match(value) or is_reference(value):
            return one[0]
        return f"{one['name']}={label('cookie', value)}"

    begun = found.start("all") - found.start()
    cookies = _ONE.sub(hidden, found["all"], count=1 if found["set"] else 0)
    return found[0][:begun] + cookies
