"""A name server on loopback, over UDP and TCP, that answers from a table of zone lines."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from runbook.processes.ports import free_port


@dataclass
class Zone:
    """`answers` and `referrals` map a name to lines "name ttl kind data".

    A name with a referral and no answer is delegated; a name without either does not exist.
    `cuts` are names whose answer over UDP is truncated. `asked` collects the questions.
    """

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    referrals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    glue: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cuts: frozenset[str] = frozenset()
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def reply(self, wire: bytes, transport: str) -> bytes:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, transport))
        reply = dns.message.make_response(query)
        if transport == "UDP" and name in self.cuts:
            reply.flags |= dns.flags.TC
        elif name in self.answers:
            lines = self.answers[name]
            reply.answer = [_group(line) for line in lines if line.split()[2] in (kind, "CNAME")]
        elif name in self.referrals:
            reply.authority = [_group(line) for line in self.referrals[name]]
            reply.additional = [_group(line) for line in self.glue.get(name, ())]
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


def _group(line: str) -> dns.rrset.RRset:
    name, ttl, kind, data = line.split(maxsplit=3)
    return dns.rrset.from_text(f"{name}.", int(ttl), "IN", kind, data)


@contextmanager
def serving_dns(zone: Zone, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    port = port or free_port()  # of both: one that is given away may be somebody's over UDP
    with (
        socket.create_server((address, port)) as listener,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind((address, port))
        datagrams.settimeout(0.1)
        closed = threading.Event()
        threads = [
            threading.Thread(target=_serve_udp, args=(datagrams, zone, closed)),
            threading.Thread(target=_serve_tcp, args=(listener, zone), daemon=True),
        ]
        for thread in threads:
            thread.start()
        yield port
        closed.set()
        threads[0].join()
        listener.shutdown(socket.SHUT_RDWR)


def _serve_udp(datagrams: socket.socket, zone: Zone, closed: threading.Event) -> None:
    while not closed.is_set():
        with suppress(TimeoutError, dns.exception.DNSException):
            wire, sender = datagrams.recvfrom(4096)
            datagrams.sendto(zone.reply(wire, "UDP"), sender)


def _serve_tcp(listener: socket.socket, zone: Zone) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            size = int.from_bytes(connection.recv(2), "big")
            reply = zone.reply(connection.recv(size), "TCP")
            connection.sendall(len(reply).to_bytes(2, "big") + reply)
