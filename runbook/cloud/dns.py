"""Asks name servers about allowed hosts, and follows a delegation down from the roots."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Sequence
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from runbook.cloud import interruption
from runbook.cloud.errors import CloudError
from runbook.cloud.lookups import DNS_PORT, Answer, Question, Record, refused_question
from runbook.cloud.site import route_of, told_by_site
from runbook.cloud.sockets import check, resolve
from runbook.cloud.target import Target
from runbook.document.definition import Json

ROOTS = ("198.41.0.4", "199.9.14.201", "192.33.4.12", "199.7.91.13", "192.203.230.10")
_DEEPEST = 12


class Dns:
    """Raises `CloudError`; a name that does not exist is an answer and no error."""

    def __init__(
        self, target: Target, *, roots: Sequence[str] = ROOTS, port: int = DNS_PORT
    ) -> None:
        self._target = target
        self._roots = tuple(roots)
        self._port = port

    def ask(self, question: Question) -> Answer:
        refused = refused_question(question, self._target)
        if refused:
            raise CloudError("DENIED", refused)
        base = route_of(question.host, self._target)
        if base:
            return self._told(question, base)
        return self._ask_any(self._servers(question), question, question.port, recurse=True)

    def trace(self, question: Question) -> Iterator[Answer]:
        """One answer of each zone from the roots down to the one that knows."""
        refused = refused_question(question, self._target)
        if refused:
            raise CloudError("DENIED", refused)
        base = route_of(question.host, self._target)
        if base:
            yield self._told(question, base)
            return
        servers = list(self._roots)
        for _ in range(_DEEPEST):
            answer = self._ask_any(servers, question, self._port, recurse=False)
            yield answer
            names = [record.data for record in answer.authority if record.kind == "NS"]
            if answer.records or answer.status != "NOERROR" or not names:
                return
            servers = self._next_servers(answer, names)
        raise CloudError("BAD_RESPONSE", f"The delegation of {question.host} does not end.")

    def _servers(self, question: Question) -> list[str]:
        server = question.server
        if not server:
            return _system_servers()
        try:
            return [str(ipaddress.ip_address(server))]
        except ValueError:
            return [resolve(server, question.port, self._target).address]

    def _next_servers(self, answer: Answer, names: Sequence[str]) -> list[str]:
        """By the addresses that came along, else by asking for the first name."""
        glue = [one.data for one in answer.additional if one.kind == "A" and one.name in names]
        if not glue:
            return [resolve(names[0].rstrip("."), self._port, self._target).address]
        check(names[0], glue, self._target)
        return glue

    def _ask_any(
        self, servers: Sequence[str], question: Question, port: int, *, recurse: bool
    ) -> Answer:
        """The answer of the first server that gives one."""
        until = time.monotonic() + self._target.read_timeout
        for server in servers:
            interruption.look()
            seconds = min(self._target.connect_timeout, until - time.monotonic())
            if seconds <= 0:
                break
            try:
                return _ask_one(server, question, port, seconds, recurse=recurse)
            except (dns.exception.DNSException, OSError):
                continue
        names = ", ".join(servers)
        raise CloudError("TIMEOUT", f"No name server answers about {question.host} ({names}).")

    def _told(self, question: Question, base: str) -> Answer:
        started = time.monotonic()
        told = told_by_site(base, "dns", self._target, host=question.host, type=question.kind)
        entries = cast("list[dict[str, Json]]", told.get("answers") or [])
        return Answer(
            status=str(told.get("status") or "NOERROR"),
            records=tuple(_told_record(entry) for entry in entries),
            server="simulator",
            port=question.port,
            seconds=time.monotonic() - started,
            via=base,
        )


def _told_record(entry: dict[str, Json]) -> Record:
    name, ttl = str(entry.get("name", "")), int(str(entry.get("ttl", 0)))
    return Record(f"{name.rstrip('.')}.", str(entry.get("type", "")), ttl, str(entry.get("data")))


def _system_servers() -> list[str]:
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers]
    except dns.resolver.NoResolverConfiguration as error:
        raise CloudError("UNAVAILABLE", "This machine has no name server of its own.") from error


def _ask_one(
    server: str, question: Question, port: int, seconds: float, *, recurse: bool
) -> Answer:
    """By UDP, and by TCP where the reply was cut."""
    started = time.monotonic()
    query = dns.message.make_query(question.host, question.kind, use_edns=0, payload=1232)
    if not recurse:
        query.flags &= ~dns.flags.RD
    reply, by_tcp = dns.query.udp_with_fallback(query, server, timeout=seconds, port=port)
    return Answer(
        status=dns.rcode.to_text(reply.rcode()),
        records=_records(reply.answer),
        server=server,
        port=port,
        seconds=time.monotonic() - started,
        flags=tuple(dns.flags.to_text(reply.flags).lower().split()),
        number=reply.id,
        size=len(reply.wire or b""),
        transport="TCP" if by_tcp else "UDP",
        authority=_records(reply.authority),
        additional=_records(reply.additional),
    )


def _records(section: Sequence[dns.rrset.RRset]) -> tuple[Record, ...]:
    return tuple(
        Record(str(group.name), dns.rdatatype.to_text(group.rdtype), group.ttl, entry.to_text())
        for group in section
        for entry in group
    )
