"""A certificate in the words of `openssl x509`."""

from __future__ import annotations

import re
from datetime import datetime

from runbook.cloud.greetings import Certificate, Name

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEEDS_QUOTES = re.compile(r"[,+<>;]|^#|^ | $")
_EXTENSION = "X509v3 Subject Alternative Name: "


def lines_of(certificate: Certificate, part: str) -> list[str]:
    """The lines that openssl prints for one of its options."""
    if part == "ext":
        names = ", ".join(f"DNS:{name}" for name in certificate.names)
        return [_EXTENSION, f"    {names}"] if names else ["No extensions matching"]
    printed = {
        "subject": f"subject={name_of(certificate.subject)}",
        "issuer": f"issuer={name_of(certificate.issuer)}",
        "startdate": f"notBefore={time_of(certificate.not_before)}",
        "enddate": f"notAfter={time_of(certificate.not_after)}",
        "serial": f"serial={certificate.serial}",
        "fingerprint": f"sha256 Fingerprint={_pairs(certificate.fingerprint)}",
    }
    return [printed[part]]


def name_of(name: Name) -> str:
    return ", ".join(f"{short} = {_quoted(value)}" for short, value in name)


def time_of(moment: datetime) -> str:
    """English months whatever the language of this process."""
    month = _MONTHS[moment.month - 1]
    return f"{month} {moment.day:2d} {moment:%H:%M:%S} {moment.year} GMT"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if _NEEDS_QUOTES.search(value) else escaped


def _pairs(digits: str) -> str:
    upper = digits.upper()
    return ":".join(upper[at : at + 2] for at in range(0, len(upper), 2))
