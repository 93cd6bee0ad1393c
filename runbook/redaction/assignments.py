"""Secrets that a name in front announces: `NAME=…`, `name: …`, `"name": "…"`, `--name …`."""

from __future__ import annotations

import re

from runbook.redaction.labels import DONE, Label
from runbook.redaction.names import TRIGGERS, kind_of, secret_kind

_NAME = re.compile(
    r"""(?<![\w.])(?P<dash>-{0,2})(?P<name>[A-Za-z_][\w.-]{2,79}+)
        (?:\\{0,3}["']?[ \t]{0,40}(?P<sign>:=|=>|[:=](?![:=]))[ \t]{0,40}|(?P<gap>[ \t]{1,40}))""",
    re.VERBOSE,
)
_DOUBLE = re.compile(r'"(?P<value>(?:[^"\\]|\\.)*+)')
_SINGLE = re.compile(r"'(?P<value>[^'\n]*+)")
_NESTED = re.compile(r'(?P<slashes>\\{1,3})"')
_BARE = re.compile(
    r"(?P<value>(?:[^\s\"'`&;,\\\[]++|\[(?!redacted )|\\(?![\"nr])|[&;,](?!\s|$|[\w.-]{1,60}=))++)"
)
_CLOSING = ")]}>"
_SENTENCE = re.compile(r"[A-Za-z]+[.,;:!?]?[ \t]+\S")
_AFTER_FLAG = {
    *("to", "flag", "option", "is", "and", "or", "in", "for", "with", "from", "on", "of", "the"),
    *("a", "an", "be", "was", "file"),
}
_PAIR = re.compile(
    r"(?P<lead>[\"']?\bname[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?P<name>[\w.-]{3,80}+)[\"']?"
    r"[ \t]{0,3},[ \t]{0,3}[\"']?value[\"']?[ \t]{0,3}[:=][ \t]{0,3})"
    r"(?P<value>\"(?:[^\"\\]|\\.)*+\"|'[^']*+'|[^\s\"',}\]]++)"
)
_COLUMNS = re.compile(
    r"(?P<lead>^\s{0,40}(?P<name>[A-Z][A-Z0-9_]{3,79})[ \t]{2,200})(?P<value>\S{1,500})\s*$"
)


def redacted_assignments(text: str, lower: str, label: Label) -> str:
    """One line with the values of secret names replaced. `lower` is the line in lower case, for a
    cheap look first."""
    if not any(trigger in lower for trigger in TRIGGERS):
        return text
    if "value" in lower:
        text = _PAIR.sub(lambda found: _in_pair(found, label), text)
    pieces, done = [], 0
    for start, end, kind in _secrets(text):
        pieces += [text[done:start], label(kind, text[start:end])]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else _in_columns(text, label)


def _secrets(text: str) -> list[tuple[int, int, str]]:
    found, at = [], 0
    while name := _NAME.search(text, at):
        at = name.end()
        if not kind_of(name["name"]):
            # What a flag holds may be an assignment itself: --set-env-vars=PASSWORD=…
            continue
        span = _value(text, name)
        if span is None:
            continue
        start, end = span
        kind = secret_kind(name["name"], text[start:end])
        if kind and not DONE.match(text, start):
            found.append((start, end, kind))
            at = end
    return found


def _value(text: str, name: re.Match[str]) -> tuple[int, int] | None:
    """Where the value of this name stands, without its quotes; None where there is none."""
    at = name.end()
    if name["gap"] and not name["dash"]:
        return None
    quoted = _DOUBLE.match(text, at) or _SINGLE.match(text, at)
    if quoted:
        return quoted.span("value")
    if nested := _NESTED.match(text, at):
        return nested.end(), _end_of_nested(text, nested)
    if DONE.match(text, at):
        return None
    bare = _BARE.match(text, at)
    if bare is None or _is_prose(text, name, bare["value"]):
        return None
    return bare.start(), bare.start() + len(bare["value"].rstrip(_CLOSING))


def _end_of_nested(text: str, opening: re.Match[str]) -> int:
    """JSON inside of JSON: the value ends at a quote with as many backslashes as the first."""
    closing = re.compile(rf'(?<!\\)\\{{{len(opening["slashes"])}}}"')
    found = closing.search(text, opening.end())
    return found.start() if found else len(text)


def _is_prose(text: str, name: re.Match[str], value: str) -> bool:
    """Whether a sentence follows and not a value: "Password: run this command"."""
    if name["gap"]:
        return value.startswith("-") or value.lower() in _AFTER_FLAG
    return name["sign"] == ":" and bool(_SENTENCE.match(text, name.end()))


def _in_pair(found: re.Match[str], label: Label) -> str:
    """`{"name": "DB_PASSWORD", "value": "…"}` in one line."""
    quote = found["value"][0] if found["value"][0] in "\"'" else ""
    value = found["value"].strip(quote) if quote else found["value"]
    kind = "" if DONE.match(value) else secret_kind(found["name"], value)
    return f"{found['lead']}{quote}{label(kind, value)}{quote}" if kind else found[0]


def _in_columns(text: str, label: Label) -> str:
    """`NAME   value`, as gcloud lists the variables of a service."""
    found = _COLUMNS.match(text)
    if found is None or found["value"].isupper() or DONE.match(found["value"]):
        return text
    kind = secret_kind(found["name"], found["value"])
    return found["lead"] + label(kind, found["value"]) if kind else text
