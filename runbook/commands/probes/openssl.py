"""openssl s_client | openssl x509: shows the certificate that a host serves, and its days left."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from runbook.cloud.greetings import Certificate, Greeting, Handshake, refused_greeting
from runbook.commands.base import Command, Effect, Emit, NotRunnable, Outcome, aside
from runbook.commands.kinds import CommandKind, PipelineKind
from runbook.commands.openssl_options import Shown, read_client, read_shown
from runbook.commands.openssl_text import lines_of, name_of
from runbook.commands.probing import Probing
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class ServedCertificate(Probing):
    greeting: Greeting
    shown: Shown

    @property
    def name(self) -> str:
        return "openssl s_client"

    @property
    def resource(self) -> str:
        return f"{self.greeting.host}:{self.greeting.port}"

    def outside(self, target: Target) -> str:
        return refused_greeting(self.greeting, target)

    def look(self, session: Session, emit: Emit) -> Outcome:
        handshake = session.tls.greet(self.greeting)
        served = handshake.chain[0]
        for part in self.shown.parts:
            emit("\n".join(lines_of(served, part)))
        if not handshake.verified:
            aside(emit)(f"The certificate is not trusted: {handshake.why}.")
        return self._outcome(handshake, served, emit)

    def _outcome(self, handshake: Handshake, served: Certificate, emit: Emit) -> Outcome:
        now = datetime.now(UTC)
        result = _result(handshake, now)
        by = ", answered by the simulator" if handshake.via else ""
        ends = "ends" if served.not_after >= now else "expired"
        end = f"{ends} {served.not_after:%Y-%m-%d}"
        message = f"The certificate of {self.greeting.servername} {end}{by}."
        if self.shown.checkend is None:
            return Outcome("succeeded", message, result)
        if served.not_after >= now + timedelta(seconds=self.shown.checkend):
            emit("Certificate will not expire")
            return Outcome("succeeded", message, result)
        emit("Certificate will expire")
        return Outcome("failed", f"{message} With -checkend that counts as failed.", result)

    def nothing(self, why: str) -> Json:
        return {"verified": False, "why": why, "days_left": 0, "chain": []}


def _result(handshake: Handshake, now: datetime) -> Json:
    served = handshake.chain[0]
    return {
        **_described(served),
        "names": list(served.names),
        "serial": served.serial,
        "fingerprint": served.fingerprint,
        "days_left": math.floor((served.not_after - now).total_seconds() / _DAY),
        "protocol": handshake.protocol,
        "chain": [_described(one) for one in handshake.chain],
        "verified": handshake.verified,
        "why": handshake.why,
        "seconds": round(handshake.seconds, 6),
        "dns_seconds": round(handshake.dns_seconds, 6),
    }


def _described(certificate: Certificate) -> dict[str, Json]:
    return {
        "subject": name_of(certificate.subject),
        "issuer": name_of(certificate.issuer),
        "not_before": f"{certificate.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{certificate.not_after:%Y-%m-%dT%H:%M:%SZ}",
    }


def _parse(stages: Sequence[Sequence[str]]) -> tuple[Command, int] | None:
    """`[echo |] openssl s_client … | openssl x509 …`."""
    start = 1 if list(stages[0]) in (["echo"], ["echo", "Q"], ["true"]) else 0
    own = stages[start : start + 2]
    if not own or list(own[0][:2]) != ["openssl", "s_client"]:
        return None
    if len(own) < 2 or list(own[1][:2]) != ["openssl", "x509"]:
        raise NotRunnable(
            "The words of a whole TLS session are not printed here, only its certificate.",
            instead=shlex.join(own[0]) + " | openssl x509 -noout -subject -issuer -dates",
        )
    written = " | ".join(shlex.join(stage) for stage in stages[: start + 2])
    greeting, shown = read_client(own[0][2:]), read_shown(own[1][2:])
    return ServedCertificate(written, greeting, shown), start + 2


KINDS: tuple[CommandKind, ...] = ()

PIPELINES = (
    PipelineKind(
        "openssl s_client",
        Effect.READS,
        "Shows the certificate an allowed host serves: names, issuer, dates, days left, trust.",
        _parse,
    ),
)
