"""What is piped into `gcloud secrets …`: text that the runbook holds, or random bytes.

The bytes are exactly those that gcloud would read. No `repr` shows them, and random ones exist
only while they are sent.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from runbook.commands.base import NotRunnable

_MOST_RANDOM = 4096
_BASE64_LINE = 64
_PLACEHOLDER = re.compile(
    r"PASSWORD|PASSWD|PRIVATE_IP|CHANGE_?ME|REPLACE_?ME|PLACEHOLDER|YOUR[_-]|EXAMPLE_|<[^<>\s]+>"
    r"|\$\{|\b\d{1,3}(?:\.(?:\d{1,3}|x)){0,2}\.x\b",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A value that stands in the command."""

    value: bytes = field(repr=False)

    def made(self) -> bytes:
        return self.value

    def described(self) -> str:
        return f"{len(self.value)} bytes"

    def ends_with_newline(self) -> bool:
        return self.value.endswith(b"\n")

    def has_placeholder(self) -> bool:
        return bool(_PLACEHOLDER.search(self.value.decode("utf-8", errors="replace")))

    def without_newlines(self) -> Written:
        return Written(self.value.replace(b"\n", b""))


@dataclass(frozen=True, slots=True)
class Random:
    """`openssl rand`: `count` bytes, made anew each time they are sent."""

    count: int
    encoding: Literal["hex", "base64", "none"]
    has_newlines: bool = True

    def made(self) -> bytes:
        raw = secrets.token_bytes(self.count)
        if self.encoding == "none":
            return raw
        text = _encoded(raw, self.encoding)
        return text if self.has_newlines else text.replace(b"\n", b"")

    def described(self) -> str:
        return f"{len(self.made())} bytes, random, made when this runs"

    def ends_with_newline(self) -> bool:
        return self.has_newlines and self.encoding != "none"

    def has_placeholder(self) -> bool:
        return False

    def without_newlines(self) -> Random:
        if self.encoding == "none":
            raise NotRunnable("tr -d '\\n' takes bytes out of raw ones; write openssl rand -hex.")
        return replace(self, has_newlines=False)


SecretInput: TypeAlias = Written | Random


def read_input(stages: Sequence[Sequence[str]]) -> SecretInput:
    """The stages in front of gcloud. Raises NotRunnable; no message holds the value."""
    source, *others = stages
    given = _source(list(source))
    for words in others:
        if list(words) != ["tr", "-d", "\\n"]:
            raise NotRunnable("Between a value and gcloud only tr -d '\\n' is understood.")
        given = given.without_newlines()
    return given


def _source(words: list[str]) -> SecretInput:
    program, rest = (words[0], words[1:]) if words else ("", [])
    if program == "echo":
        return Written(_echoed(rest))
    if program == "printf":
        return Written(_printed(rest))
    if words[:2] == ["openssl", "rand"]:
        return _random(rest[1:])
    raise NotRunnable("A value is piped by echo, printf or openssl rand; other programs are not.")


def _echoed(words: list[str]) -> bytes:
    has_newline = words[:1] != ["-n"]
    words = words if has_newline else words[1:]
    if words and re.fullmatch(r"-[neE]+", words[0]):
        raise NotRunnable("Of echo's options only -n is understood here; write printf %s.")
    text = " ".join(words)
    if "\\" in text:
        raise NotRunnable("What echo makes of a backslash depends on the shell; write printf %s.")
    return text.encode() + (b"\n" if has_newline else b"")


def _printed(words: list[str]) -> bytes:
    words = words[1:] if words[:1] == ["--"] else words
    if len(words) == 2 and words[0] in ("%s", "%s\\n"):
        return words[1].encode() + (b"\n" if words[0] != "%s" else b"")
    if len(words) == 1 and not re.search(r"[%\\]", words[0]):
        return words[0].encode()
    raise NotRunnable("Of printf only printf %s TEXT is understood here.")


def _random(words: list[str]) -> Random:
    encodings = {"-hex": "hex", "-base64": "base64"}
    given = [word for word in words if word in encodings]
    counts = [word for word in words if word not in encodings]
    if len(given) > 1 or len(counts) != 1 or not re.fullmatch(r"[1-9]\d{0,3}", counts[0]):
        raise NotRunnable("Only openssl rand -hex N and openssl rand -base64 N are understood.")
    count = int(counts[0])
    if count > _MOST_RANDOM:
        raise NotRunnable(f"At most {_MOST_RANDOM} random bytes are made here.")
    if not given:
        return Random(count, "none")
    return Random(count, "hex" if given[0] == "-hex" else "base64")


def _encoded(raw: bytes, encoding: str) -> bytes:
    """As openssl writes it: base64 in lines of 64 characters, each of them ended."""
    if encoding == "hex":
        return raw.hex().encode() + b"\n"
    text = base64.b64encode(raw)
    lines = [text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE)]
    return b"".join(line + b"\n" for line in lines)
