"""What nslookup and dig share: the words they take, and what checks see of their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbook.cloud.lookups import Answer
from runbook.commands.base import NotRunnable
from runbook.document.definition import Json

_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_-]+)*\.?")
_SERVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")
RECORD_KINDS = frozenset(
    {"A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "CAA", "SRV", "PTR", "HTTPS"}
)
_PORT = re.compile(r"[1-9]\d{0,4}")
NOTHING: Json = {"addresses": [], "records": [], "status": "", "server": "", "seconds": 0.0}


def result_of(answers: Sequence[Answer]) -> dict[str, Json]:
    records = dict.fromkeys(record for answer in answers for record in answer.records)
    return {
        "addresses": [r.data for r in records if r.kind in ("A", "AAAA")],
        "records": [
            {"name": r.name, "type": r.kind, "ttl": r.ttl, "data": r.data} for r in records
        ],
        "status": answers[0].status,
        "server": answers[0].server,
        "seconds": round(sum(answer.seconds for answer in answers), 6),
    }


def message_of(answers: Sequence[Answer]) -> str:
    count = len({record for answer in answers for record in answer.records})
    by = ", answered by the simulator" if answers[0].via else f" from {answers[0].server}"
    return f"{answers[0].status} with {count} record{'s' * (count != 1)}{by}."


def host_of(text: str) -> str:
    if not _HOST.fullmatch(text) or re.fullmatch(r"[\d.]+", text):
        raise NotRunnable(f"'{text}' is not a host name.")
    return text.rstrip(".").lower()


def server_of(text: str) -> str:
    if not _SERVER.fullmatch(text):
        raise NotRunnable(f"'{text}' is not a name server.")
    return text.lower()


def kind_of(text: str) -> str:
    if text.upper() not in RECORD_KINDS:
        raise NotRunnable(f"Records of type {text} are not asked for here.")
    return text.upper()


def port_of(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > 65535:
        raise NotRunnable(f"'{text}' is not a port.")
    return int(text)
