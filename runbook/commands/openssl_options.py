"""The options of `openssl s_client` and `openssl x509` that only look at a served certificate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runbook.cloud.greetings import Greeting
from runbook.commands.base import NotRunnable

_PLACE = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*):(\d{1,5})")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_VERSIONS = ("-tls1_2", "-tls1_3")
_SAYS_NOTHING = ("-showcerts", "-quiet")
_PRINTED = ("subject", "issuer", "startdate", "enddate", "serial", "fingerprint", "ext")


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a certificate is printed, in order, and the seconds of -checkend or None."""

    parts: tuple[str, ...]
    checkend: int | None = None


def read_client(words: Sequence[str]) -> Greeting:
    """The words after `openssl s_client`. Raises NotRunnable."""
    given: dict[str, str] = {}
    version = ""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-connect", "-servername") and rest:
            given[word] = rest.pop(0)
        elif word in _VERSIONS:
            version = word.removeprefix("-")
        elif word not in _SAYS_NOTHING:
            raise NotRunnable(f"The option {word} of openssl s_client is not understood here.")
    place = _PLACE.fullmatch(given.get("-connect", ""))
    if place is None:
        raise NotRunnable("openssl s_client needs -connect HOST:PORT here.")
    servername = given.get("-servername", place[1])
    if not _HOST.fullmatch(servername):
        raise NotRunnable(f"'{servername}' is not a host name.")
    return Greeting(place[1].lower(), int(place[2]), servername.lower(), version)


def read_shown(words: Sequence[str]) -> Shown:
    """The words after `openssl x509`. Raises NotRunnable."""
    parts: list[str] = []
    checkend: int | None = None
    rest = list(words)
    if "-noout" not in rest:
        raise NotRunnable("Write openssl x509 with -noout here; the certificate itself is long.")
    while rest:
        word = rest.pop(0)
        if word == "-checkend":
            checkend = _seconds(rest)
        elif word == "-ext":
            _only_names(rest)
            _append(parts, "ext")
        elif word == "-dates":
            _append(parts, "startdate")
            _append(parts, "enddate")
        elif word.removeprefix("-") in _PRINTED:
            _append(parts, word.removeprefix("-"))
        elif word not in ("-noout", "-sha256"):
            raise NotRunnable(f"The option {word} of openssl x509 is not understood here.")
    if "fingerprint" in parts and "-sha256" not in words:
        raise NotRunnable("Only fingerprints by SHA-256 are shown here; add -sha256.")
    return Shown(tuple(parts), checkend)


def _append(parts: list[str], part: str) -> None:
    """openssl prints what is asked for twice at its last place."""
    if part in parts:
        parts.remove(part)
    parts.append(part)


def _seconds(rest: list[str]) -> int:
    if not rest or not re.fullmatch(r"\d{1,10}", rest[0]):
        raise NotRunnable("-checkend needs a number of seconds.")
    return int(rest.pop(0))


def _only_names(rest: list[str]) -> None:
    if not rest or rest.pop(0) != "subjectAltName":
        raise NotRunnable("Of the extensions only -ext subjectAltName is shown here.")
