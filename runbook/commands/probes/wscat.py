"""wscat: whether a host opens a WebSocket; it is closed again at once."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from runbook.cloud.hosts import refused_url
from runbook.cloud.upgrades import Upgrade
from runbook.commands.base import Command, Effect, Emit, NotRunnable, Outcome
from runbook.commands.curl_options import header_of
from runbook.commands.kinds import CommandKind
from runbook.commands.probing import Probing
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target

_URL = re.compile(r"wss?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][^\s\[\]{}#]*)?")
_SUBPROTOCOL = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_LONG = {"--connect": "-c", "--header": "-H", "--subprotocol": "-s"}


@dataclass(frozen=True, slots=True)
class Wscat(Probing):
    upgrade: Upgrade

    @property
    def name(self) -> str:
        return "wscat"

    @property
    def resource(self) -> str:
        return self.upgrade.url

    def outside(self, target: Target) -> str:
        return refused_url(self.resource, target, ("ws", "wss"))

    def look(self, session: Session, emit: Emit) -> Outcome:
        found = session.websocket.upgrade(self.upgrade)
        result: Json = {
            "status": found.status,
            "reason": found.reason,
            "subprotocol": found.subprotocol,
            "seconds": round(found.seconds, 6),
            "dns_seconds": round(found.dns_seconds, 6),
        }
        by = ", answered by the simulator" if found.via else ""
        if found.status == HTTPStatus.SWITCHING_PROTOCOLS:
            emit("Connected (press CTRL+C to quit)")
            message = f"The socket opened after {found.seconds:.3f} s{by} and was closed."
            return Outcome("succeeded", message, result)
        emit(f"error: Unexpected server response: {found.status}")
        return Outcome("failed", f"HTTP {found.status} {found.reason}{by}, no socket.", result)

    def nothing(self, why: str) -> Json:  # noqa: ARG002 (part of the contract)
        return {"status": 0, "reason": "", "subprotocol": "", "seconds": 0.0, "dns_seconds": 0.0}


def _parse(words: Sequence[str]) -> Command:
    given: list[tuple[str, str]] = []
    rest = list(words)
    while rest:
        word = _LONG.get(rest[0], rest[0])
        if word not in ("-c", "-H", "-s") or len(rest) < 2:
            raise NotRunnable(f"'{rest[0]}' of wscat is not understood here.")
        given.append((word, rest[1]))
        rest = rest[2:]
    urls = [value for name, value in given if name == "-c"]
    if len(urls) != 1 or not _URL.fullmatch(urls[0]):
        raise NotRunnable("wscat takes exactly one address here, -c wss://HOST/PATH.")
    subprotocols = tuple(value for name, value in given if name == "-s")
    if not all(_SUBPROTOCOL.fullmatch(name) for name in subprotocols):
        raise NotRunnable("A subprotocol is one word.")
    headers = tuple(header_of(value) for name, value in given if name == "-H")
    return Wscat(shlex.join(["wscat", *words]), Upgrade(urls[0], headers, subprotocols))


KINDS = (
    CommandKind(
        "wscat",
        Effect.READS,
        "Opens a WebSocket of an allowed host and closes it: status, seconds, subprotocol.",
        _parse,
    ),
)
