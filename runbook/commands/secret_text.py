"""A command as people read it: without the value that a pipe gives to a secret."""

from __future__ import annotations

import re

LEFT_OUT = "VALUE"
_TARGET = re.compile(
    r"(?:[\s\\]{0,40}\|\s{0,9}tr -d '\\n'){0,9}[\s\\]{0,40}"
    r"\|\s{0,9}gcloud\s{1,9}secrets\s{1,9}(?:create|versions)\b"
)
_LINE_END = re.compile(r"(?<!\\)\n")
_SOURCE = re.compile(r"\b(?:echo(?:\s+-n)?|printf(?:\s+--)?(?:\s+['\"]?%s(?:\\n)?['\"]?)?)(?=\s)")


def without_value(text: str) -> str:
    """`text` with what `echo` or `printf` hands to `gcloud secrets` replaced by `VALUE`.

    From the program to the last pipe of its line: a value may look like a pipe itself. Random
    bytes of `openssl rand` stand in no text and are left alone.
    """
    return "\n".join(map(_line_without_value, _LINE_END.split(text)))


def _line_without_value(line: str) -> str:
    targets = list(_TARGET.finditer(line))
    source = _SOURCE.search(line)
    if not targets or source is None or source.end() > targets[-1].start():
        return line
    return f"{line[: source.end()]} {LEFT_OUT}{line[targets[-1].start() :]}"
