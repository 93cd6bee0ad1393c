"""A TLS handshake with an allowed host: what certificate it shows, and whether it is trusted."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from typing import Any, cast

from runbook.cloud.certificates import read_certificate, told_certificate
from runbook.cloud.errors import CloudError
from runbook.cloud.greetings import Certificate, Greeting, Handshake, refused_greeting
from runbook.cloud.site import route_of, told_by_site
from runbook.cloud.sockets import Resolved, connect, resolve
from runbook.cloud.target import Target
from runbook.cloud.trust import fresh_trust, trust_in_greetings
from runbook.document.definition import Json

_VERSIONS = {"tls1_2": ssl.TLSVersion.TLSv1_2, "tls1_3": ssl.TLSVersion.TLSv1_3}


class Tls:
    """Raises `CloudError`; a certificate that is not trusted is an answer and no error."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def greet(self, greeting: Greeting) -> Handshake:
        started = time.monotonic()
        refused = refused_greeting(greeting, self._target)
        if refused:
            raise CloudError("DENIED", refused)
        base = route_of(greeting.host, self._target)
        if base:
            asked = greeting.servername or greeting.host
            told = told_by_site(base, "certificate", self._target, host=asked)
            return _told(told, greeting.host, base, started)
        resolved = resolve(greeting.host, greeting.port, self._target)
        return self._greet(greeting, resolved, started)

    def _greet(self, greeting: Greeting, resolved: Resolved, started: float) -> Handshake:
        """Greets with trust first; without it once more, to be shown the certificate."""
        why = ""
        try:
            context = fresh_trust() if greeting.version else trust_in_greetings()
            protocol, chain = self._shake(greeting, resolved, context)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message or str(error)
            protocol, chain = self._shake(greeting, resolved, _trusting_anyone())
        return Handshake(
            protocol=protocol,
            chain=chain,
            verified=not why,
            why=why,
            seconds=time.monotonic() - started,
            dns_seconds=resolved.seconds,
        )

    def _shake(
        self, greeting: Greeting, resolved: Resolved, context: ssl.SSLContext
    ) -> tuple[str, tuple[Certificate, ...]]:
        """Raises `SSLCertVerificationError` beside `CloudError`."""
        if greeting.version:
            context.minimum_version = context.maximum_version = _VERSIONS[greeting.version]
        limit = self._target.connect_timeout
        with connect(resolved, greeting.host, limit) as plain:
            try:
                with context.wrap_socket(plain, server_hostname=greeting.servername) as secured:
                    return secured.version() or "", _chain(secured)
            except ssl.SSLCertVerificationError:
                raise
            except (OSError, ValueError) as error:
                raise _translated(error, greeting.host) from error


def _trusting_anyone() -> ssl.SSLContext:
    """Only to be shown a certificate; nothing is sent through such a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _chain(secured: ssl.SSLSocket) -> tuple[Certificate, ...]:
    """Python before 3.13 has the chain only behind an underscore; without it, the first alone."""
    inner = cast("Any", secured)._sslobj  # Any: not in the types, as it is not public
    shown = getattr(inner, "get_unverified_chain", None)
    if shown is None or not (found := shown()):
        return (read_certificate(secured.getpeercert(binary_form=True) or b""),)
    return tuple(read_certificate(ssl.PEM_cert_to_DER_cert(one.public_bytes())) for one in found)


def _told(told: Mapping[str, Json], host: str, base: str, started: float) -> Handshake:
    if not told.get("served"):
        why = str(told.get("why") or "no certificate is served")
        raise CloudError("UNAVAILABLE", f"The handshake with {host} failed: {why}.")
    others = cast("list[dict[str, Json]]", told.get("chain") or [])[1:]
    return Handshake(
        protocol=str(told.get("protocol", "")),
        chain=(told_certificate(told), *(told_certificate(one) for one in others)),
        verified=bool(told.get("verified")),
        why=str(told.get("why") or ""),
        seconds=time.monotonic() - started,
        dns_seconds=0.0,
        via=base,
    )


def _translated(error: OSError | ValueError, host: str) -> CloudError:
    if isinstance(error, TimeoutError):
        return CloudError("TIMEOUT", f"The handshake with {host} did not end in time.")
    said = getattr(error, "reason", None) or str(error)
    return CloudError("UNAVAILABLE", f"The handshake with {host} failed: {said}.")
