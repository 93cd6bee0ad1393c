"""Answers of name servers in the words of nslookup and dig."""

from __future__ import annotations

import time
from collections.abc import Sequence

from runbook.cloud.lookups import Answer, Question, Record


def nslookup_text(answers: Sequence[Answer], host: str) -> str:
    """What nslookup prints of the answers to its two questions, A and AAAA."""
    first = answers[0]
    lines = [f"Server:\t\t{first.server}", f"Address:\t{first.server}#{first.port}", ""]
    records = list(dict.fromkeys(record for answer in answers for record in answer.records))
    if not records:
        return "\n".join([*lines, *_nothing_found(first, host), ""])
    if "aa" not in first.flags:
        lines.append("Non-authoritative answer:")
    for record in records:
        lines += _looked_up(record)
    return "\n".join([*lines, ""])


def _nothing_found(answer: Answer, host: str) -> list[str]:
    if answer.status != "NOERROR":
        return [f"** server can't find {host}: {answer.status}"]
    return [f"*** Can't find {host}: No answer"]


def _looked_up(record: Record) -> list[str]:
    name = record.name.rstrip(".")
    if record.kind in ("A", "AAAA"):
        return [f"Name:\t{name}", f"Address: {record.data}"]
    words = {"CNAME": "canonical name", "MX": "mail exchanger", "NS": "nameserver", "TXT": "text"}
    return [f"{name}\t{words.get(record.kind, record.kind)} = {record.data}"]


def dig_text(answer: Answer, question: Question, given: str) -> str:
    """The whole of what dig prints. `given` are its arguments as written."""
    lines = ["", f"; <<>> DiG 9.18 <<>> {given}", ";; global options: +cmd", ";; Got answer:"]
    counts = f"AUTHORITY: {len(answer.authority)}, ADDITIONAL: {len(answer.additional) + 1}"
    flags = f"{' '.join(answer.flags)}; QUERY: 1, ANSWER: {len(answer.records)}"
    lines += [
        f";; ->>HEADER<<- opcode: QUERY, status: {answer.status}, id: {answer.number}",
        f";; flags: {flags}, {counts}",
        *("", ";; QUESTION SECTION:"),
        _columns(f";{question.host}.", "", "IN", question.kind),
    ]
    sections = (("ANSWER", answer.records), ("AUTHORITY", answer.authority))
    for title, records in (*sections, ("ADDITIONAL", answer.additional)):
        if records:
            lines += ["", f";; {title} SECTION:", *(record_line(record) for record in records)]
    return "\n".join([*lines, *_footer(answer), ""])


def _footer(answer: Answer) -> list[str]:
    place = f"{answer.server}#{answer.port}({answer.server}) ({answer.transport})"
    return [
        "",
        f";; Query time: {answer.seconds * 1000:.0f} msec",
        f";; SERVER: {place}",
        f";; WHEN: {time.strftime('%a %b %d %H:%M:%S UTC %Y', time.gmtime())}",
        f";; MSG SIZE  rcvd: {answer.size}",
    ]


def trace_text(answer: Answer) -> str:
    """One zone's answer of `dig +trace`: its delegation, and who gave it."""
    records = answer.records or answer.authority
    lines = [record_line(record) for record in records]
    milliseconds = f"{answer.seconds * 1000:.0f} ms"
    place = f"{answer.server}#{answer.port}({answer.server})"
    return "\n".join(
        [*lines, f";; Received {answer.size} bytes from {place} in {milliseconds}", ""]
    )


def record_line(record: Record) -> str:
    return f"{_columns(record.name, str(record.ttl), 'IN', record.kind)}\t{record.data}"


def _columns(name: str, ttl: str, group: str, kind: str) -> str:
    """Tabs as dig sets them: what follows the name starts in column 24, the class in column 32."""
    text = name + "\t" * max(1, 3 - len(name) // 8)
    return f"{text}{ttl}\t{group}\t{kind}"
