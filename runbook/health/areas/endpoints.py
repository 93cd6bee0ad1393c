"""What the outside world meets: names, certificates that are served, pages and WebSockets.

Whoever gives no answer at all has failed; what this environment does not let probes ask is
unchecked, and so is a name of which no name server says anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.cloud.greetings import Greeting
from runbook.cloud.lookups import Question
from runbook.cloud.pages import Request
from runbook.cloud.upgrades import Upgrade
from runbook.document.definition import Json
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Judged, Kind, Read, Seen
from runbook.health.naming import HOST, PAGE, SOCKET
from runbook.health.report import Area, Finding, Measured
from runbook.health.settling import advised, following

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_LEAST_WAIT = 10.0
_DAY = 86400.0


def _name(asked: Asked) -> str:
    return asked.name


def _answered(
    probe: Callable[[Session, Asked], Seen], fields: tuple[str, ...], words: str = "no answer: "
) -> Read:
    """The probe for these fields; that nobody answers is what it found."""

    def ask(session: Session, asked: Asked) -> Seen:
        try:
            return probe(session, asked)
        except CloudError as error:
            if error.kind == "DENIED":
                raise
            nothing = Judged(is_met=False, words=words + error.message.rstrip("."))
            return Seen(dict.fromkeys(fields, nothing))

    return Read(fields, ask)


def _page(session: Session, asked: Asked) -> Seen:
    """Waits for twice as long as it may take, so that a slow answer is told from none."""
    wait = max([_LEAST_WAIT, *(2.0 * limit for limit in asked.resource.limits("seconds"))])
    page = session.web.fetch(Request(asked.name, seconds=wait))
    facts: dict[str, Fact] = {"status": page.status, "seconds": round(page.seconds, 3)}
    facts |= {"contains": [text for text in _texts(asked) if text in page.body]}
    return Seen(facts, measured=(Measured("endpoint.seconds", asked.name, page.seconds),))


def _texts(asked: Asked) -> list[str]:
    wanted = asked.resource.wanted("contains")
    return [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted or "")]


def _socket(session: Session, asked: Asked) -> Seen:
    opened = session.websocket.upgrade(Upgrade(asked.name))
    facts: dict[str, Fact] = {"status": opened.status, "seconds": round(opened.seconds, 3)}
    if opened.status != 101:
        return Seen(facts)
    return Seen(facts, measured=(Measured("websocket.seconds", asked.name, opened.seconds),))


def _lookup(session: Session, asked: Asked) -> Seen:
    """That a name does not exist is an answer; a server that cannot say says nothing of it."""
    answers = [session.dns.ask(Question(asked.name, kind)) for kind in _kinds_of_records(asked)]
    for answer in answers:
        if answer.status not in ("NOERROR", "NXDOMAIN"):
            sentence = f"{answer.server} answers {answer.status} about {asked.name}."
            raise CloudError("UNAVAILABLE", sentence)
    addresses: list[Json] = [*sorted({one for answer in answers for one in answer.addresses})]
    seconds = max(answer.seconds for answer in answers)
    return Seen(
        {"addresses": addresses, "dns_seconds": round(seconds, 3)},
        measured=(Measured("dns.seconds", asked.name, seconds),),
    )


def _kinds_of_records(asked: Asked) -> tuple[str, ...]:
    """Addresses of IPv6 are asked for where some are expected."""
    told = str(
        [bound.wanted for one in asked.resource.expects("addresses") for bound in one.bounds]
    )
    return ("A", "AAAA") if ":" in told else ("A",)


def _handshake(session: Session, asked: Asked) -> Seen:
    shown = session.tls.greet(Greeting(asked.name, 443, asked.name))
    leaf = shown.chain[0]
    days = round((leaf.not_after - asked.at).total_seconds() / _DAY, 1)
    trusted = Judged(shown.verified, "trusted" if shown.verified else f"not trusted: {shown.why}")
    facts: dict[str, Fact] = {
        "tls": trusted,
        "tls_days_left": days,
        "tls_names": list(leaf.names),
        "tls_seconds": round(shown.seconds, 3),
    }
    return Seen(facts, measured=(Measured("certificate.days", asked.name, days),))


def _settle_answer(
    asked: Asked, _facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    findings = following(asked, findings, "status", ("seconds", "contains"))
    advice = {
        "status": "See what the service behind it says, and whether it can reach its database.",
        "seconds": "Look at the load of the service and of its database.",
    }
    return advised(asked, findings, advice)


def _settle_host(
    asked: Asked, _facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    findings = following(asked, findings, "addresses", ("dns_seconds",))
    findings = following(asked, findings, "tls", ("tls_days_left", "tls_names", "tls_seconds"))
    advice = {
        "addresses": "Compare its DNS records with the address of the load balancer.",
        "tls": "See which certificates the HTTPS proxy has and whether they are ACTIVE.",
        "tls_days_left": "Replace the certificate, and find out why nothing renews it.",
    }
    return advised(asked, findings, advice)


_SECONDS = Field("seconds", "seconds", "time to answer, everything included")

HOSTS = Kind(
    section="hosts",
    area=Area.ENDPOINTS,
    title="Host",
    fields=(
        Field(
            "addresses",
            "texts",
            "addresses that its name must lead to",
            says="Host '{name}' leads to {found}, expected {expected}",
        ),
        Field("dns_seconds", "seconds", "time of its name server"),
        Field(
            "tls",
            "flag",
            "whether it serves a certificate that is trusted",
            says="Host '{name}' serves no trusted certificate: {found}",
        ),
        Field("tls_days_left", "number", "days left of the certificate that it serves"),
        Field("tls_names", "texts", "names in that certificate"),
        Field("tls_seconds", "seconds", "time of the handshake"),
    ),
    full_name=_name,
    reads=(
        Read(("addresses", "dns_seconds"), _lookup),
        _answered(_handshake, ("tls", "tls_days_left", "tls_names", "tls_seconds"), words=""),
    ),
    settle=_settle_host,
    asks_existence=False,
    names=HOST,
)
PAGES = Kind(
    section="endpoints",
    area=Area.ENDPOINTS,
    title="Endpoint",
    fields=(
        Field(
            "status",
            "number",
            "HTTP status of a GET",
            says="Endpoint {name} gives {found}, expected {expected}",
        ),
        _SECONDS,
        Field("contains", "texts", "texts that must stand in its first 64 KB"),
    ),
    full_name=_name,
    reads=(_answered(_page, ("status", "seconds", "contains")),),
    settle=_settle_answer,
    asks_existence=False,
    names=PAGE,
)
SOCKETS = Kind(
    section="websockets",
    area=Area.ENDPOINTS,
    title="WebSocket",
    fields=(
        Field(
            "status",
            "number",
            "101 for one that opens",
            says="WebSocket {name} gives {found}, expected {expected}",
        ),
        _SECONDS,
    ),
    full_name=_name,
    reads=(_answered(_socket, ("status", "seconds")),),
    settle=_settle_answer,
    asks_existence=False,
    names=SOCKET,
)

AREA = AreaWords(
    Area.ENDPOINTS,
    "Endpoints",
    "All endpoints answer as expected",
    "endpoint issues",
    (HOSTS, PAGES, SOCKETS),
)
