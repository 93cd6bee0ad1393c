"""Opens a WebSocket of an allowed host, and closes it again: only the handshake is of interest."""

from __future__ import annotations

import socket
import ssl
import time
from typing import cast
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException
from websockets.http11 import Response
from websockets.sync.client import connect as open_socket
from websockets.typing import Subprotocol

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import port_of, refused_url
from runbook.cloud.site import route_of, told_by_site
from runbook.cloud.sockets import connect, resolve
from runbook.cloud.target import Target
from runbook.cloud.trust import trust
from runbook.cloud.upgrades import Upgrade, Upgraded

SCHEMES = ("ws", "wss")


class WebSocket:
    """Raises `CloudError`; a refusal by the server is an answer and no error."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def upgrade(self, upgrade: Upgrade) -> Upgraded:
        started = time.monotonic()
        refused = refused_url(upgrade.url, self._target, SCHEMES)
        if refused:
            raise CloudError("DENIED", refused)
        parts = urlsplit(upgrade.url)
        host = parts.hostname or ""
        base = route_of(host, self._target)
        if base:
            return self._told(host, parts.path or "/", base, started)
        resolved = resolve(host, port_of(upgrade.url), self._target)
        with connect(resolved, host, self._target.connect_timeout) as plain:
            status, reason, subprotocol = self._shake(upgrade, plain, host)
        seconds = time.monotonic() - started
        return Upgraded(status, reason, subprotocol, seconds, resolved.seconds)

    def _shake(self, upgrade: Upgrade, plain: socket.socket, host: str) -> tuple[int, str, str]:
        """Status, reason and subprotocol."""
        is_secure = upgrade.url.startswith("wss:")
        try:
            with open_socket(
                upgrade.url,
                sock=plain,
                ssl=trust() if is_secure else None,
                server_hostname=host if is_secure else None,
                additional_headers=list(upgrade.headers),
                subprotocols=[Subprotocol(name) for name in upgrade.subprotocols] or None,
                open_timeout=self._target.read_timeout,
                close_timeout=1,
                compression=None,
                proxy=None,
            ) as opened:
                return 101, "Switching Protocols", opened.subprotocol or ""
        except (WebSocketException, OSError, EOFError, ValueError) as error:
            refusal = _refusal(error)
            if refusal is None:
                raise _translated(error, host) from error
            return refusal.status_code, refusal.reason_phrase, ""

    def _told(self, host: str, path: str, base: str, started: float) -> Upgraded:
        told = told_by_site(base, "websocket", self._target, host=host, path=path)
        return Upgraded(
            status=int(cast("int", told.get("status") or 0)),
            reason=str(told.get("reason") or ""),
            subprotocol=str(told.get("subprotocol") or ""),
            seconds=time.monotonic() - started,
            via=base,
        )


def _refusal(error: Exception) -> Response | None:
    """The answer that opens no socket. The library would follow a redirect if the socket were its
    own, and complains that it is not: no redirect is ever followed here."""
    answers = (error, error.__cause__, error.__context__)
    return next((one.response for one in answers if isinstance(one, InvalidStatus)), None)


def _translated(error: Exception, host: str) -> CloudError:
    if isinstance(error, TimeoutError):
        return CloudError("TIMEOUT", f"{host} did not open the socket in time.")
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        return CloudError("BAD_RESPONSE", f"The certificate of {host} is not valid: {why}.")
    if isinstance(error, InvalidHandshake):
        return CloudError("BAD_RESPONSE", f"{host} does not speak WebSocket here: {error}.")
    return CloudError("UNAVAILABLE", f"The connection to {host} broke during the handshake.")
