"""Which addresses a host is held against."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from runbook.cloud.lookups import Answer, Question, Record
from runbook.cloud.sessions import Session
from runbook.health.checking import check
from runbook.health.reading import read
from runbook.health.report import Report

_RECORDS = {"A": "192.0.2.1", "AAAA": "2001:db8::1"}


def _checked(addresses: str, asked: list[str]) -> Report:
    def ask(question: Question) -> Answer:
        asked.append(question.kind)
        record = Record(question.host, question.kind, 60, _RECORDS[question.kind])
        return Answer("NOERROR", (record,), "192.0.2.53", 53, 0.01)

    session = SimpleNamespace(dns=SimpleNamespace(ask=ask))
    session.within = lambda _seconds: session
    host = f"hosts: {{a.example: {{addresses: {addresses}}}}}"
    file = read(f"title: t\nproject: p\nregion: r\n{host}\n", "t.yaml")
    return check(file, lambda: cast("Session", session))


def test_addresses_of_ipv6_are_asked_for_where_some_are_expected() -> None:
    asked: list[str] = []
    assert _checked("['192.0.2.1', '2001:db8::1']", asked).status == "healthy"
    assert asked == ["A", "AAAA"]


def test_other_hosts_are_asked_once() -> None:
    asked: list[str] = []
    assert _checked("['192.0.2.1']", asked).status == "healthy"
    assert asked == ["A"]
