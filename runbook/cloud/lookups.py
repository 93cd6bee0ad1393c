"""A question to a name server and its answer, as plain values."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from runbook.cloud.hosts import is_permitted, refused_host
from runbook.cloud.target import Target

PUBLIC_RESOLVERS = frozenset(
    {
        *("8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"),
        *("1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"),
        *("9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9"),
    }
)
"""Google's, Cloudflare's and Quad9's: asking one shows what the rest of the world is told."""

DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Question:
    """`server` is an address or a host, "" for the system's own."""

    host: str
    kind: str = "A"
    server: str = ""
    port: int = DNS_PORT


@dataclass(frozen=True, slots=True)
class Record:
    """`data` is as in a zone file: names end in a dot."""

    name: str
    kind: str
    ttl: int
    data: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is the word of the reply's code (NOERROR, NXDOMAIN, SERVFAIL, REFUSED).

    `server` is the address that answered, or "simulator"; `authority` and `additional` are the
    other sections; `flags` the letters of the reply in dig's order; `size` its bytes.
    """

    status: str
    records: tuple[Record, ...]
    server: str
    port: int
    seconds: float
    flags: tuple[str, ...] = ("qr", "rd", "ra")
    number: int = 0
    size: int = 0
    transport: str = "UDP"
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    via: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(record.data for record in self.records if record.kind in ("A", "AAAA"))


def refused_question(question: Question, target: Target) -> str:
    """Why this must not be asked, as a whole sentence, or "".

    Names: only those of allowed hosts. Servers: the system's, the public resolvers above, hosts
    that the environment allows, and addresses in its allowed networks; port 53, or one that
    `allowed_hosts` writes out behind the server.
    """
    return refused_host(question.host, target) or _refused_server(question, target)


def _refused_server(question: Question, target: Target) -> str:
    server = question.server
    if question.port != DNS_PORT and f"{server}:{question.port}" not in target.allowed_hosts:
        return f"Name servers are asked on port 53 only, not {question.port}."
    if not server or server in PUBLIC_RESOLVERS:
        return ""
    try:
        address = str(ipaddress.ip_address(server))
    except ValueError:
        return refused_host(server, target)
    listed = any(server == host.partition(":")[0] for host in target.allowed_hosts)
    within = any(
        ipaddress.ip_address(address) in ipaddress.ip_network(network)
        for network in target.allowed_networks
    )
    if is_permitted(address, target) and (listed or within):
        return ""
    return f"{server} is not a name server that {target.name} lets probes ask."
