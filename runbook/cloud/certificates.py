"""Reads a certificate from its bytes, or from what a simulator says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from runbook.cloud.greetings import Certificate, Name
from runbook.document.definition import Json

_BROKEN = (x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType)
"""What the library raises beside ValueError."""
_SHORT = {"2.5.4.97": "organizationIdentifier", "1.2.840.113549.1.9.1": "emailAddress"}


def read_certificate(der: bytes) -> Certificate:
    """Raises ValueError for bytes that are no certificate, or one that breaks the standard."""
    try:
        return _read(x509.load_der_x509_certificate(der))
    except _BROKEN as error:
        raise ValueError(f"its certificate cannot be read: {error}") from error


def _read(found: x509.Certificate) -> Certificate:
    serial = f"{found.serial_number:X}"
    return Certificate(
        subject=_name(found.subject),
        issuer=_name(found.issuer),
        serial=serial.zfill(len(serial) + len(serial) % 2),
        names=_alternative_names(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
    )


def told_certificate(told: Mapping[str, Json]) -> Certificate:
    """From the simulator's JSON; what it leaves out is empty."""
    return Certificate(
        subject=_told_name(told.get("subject")),
        issuer=_told_name(told.get("issuer")),
        serial=str(told.get("serial", "")),
        names=tuple(str(name) for name in cast("list[Json]", told.get("names") or [])),
        not_before=_time(told.get("not_before")),
        not_after=_time(told.get("not_after")),
        fingerprint=str(told.get("fingerprint", "")),
    )


def _name(name: x509.Name) -> Name:
    return tuple(
        (_SHORT.get(part.oid.dotted_string, part.rfc4514_attribute_name), str(part.value))
        for part in name
    )


def _told_name(told: Json) -> Name:
    pairs = cast("Sequence[Sequence[str]]", told or [])
    return tuple((str(short), str(value)) for short, value in pairs)


def _alternative_names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))


def _time(text: Json) -> datetime:
    return datetime.fromisoformat(str(text or "1970-01-01T00:00:00Z")).astimezone(UTC)
