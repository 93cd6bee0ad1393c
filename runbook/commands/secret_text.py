"""A command as people read it: without the value that a pipe gives to a secret."""

from __future__ import annotations

import re
import shlex

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


def values_in(text: str) -> tuple[str, ...]:
    """The values that `without_value` leaves out, as the shell would read them."""
    spans = ((line, _value_in(line)) for line in _LINE_END.split(text))
    written = (line[span.start : span.stop].strip() for line, span in spans if span is not None)
    return tuple(value for words in written for value in (words, _read(words)) if value)


def _line_without_value(line: str) -> str:
    span = _value_in(line)
    return line if span is None else f"{line[: span.start]} {LEFT_OUT}{line[span.stop :]}"


def _value_in(line: str) -> slice | None:
    targets = list(_TARGET.finditer(line))
    source = _SOURCE.search(line)
    if not targets or source is None or source.end() > targets[-1].start():
        return None
    return slice(source.end(), targets[-1].start())


def _read(words: str) -> str:
    """Without the quotes; as it stands where they do not match."""
    try:
        return " ".join(shlex.split(words))
    except ValueError:
        return words
