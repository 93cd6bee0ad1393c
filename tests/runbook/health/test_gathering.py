"""Asking for everything at once: what one read cannot do leaves the others as they are."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.health.definition import Resource
from runbook.health.gathering import Gathering, Question
from runbook.health.kinds import Asked, Kind, Read, Seen
from runbook.health.report import Area


def _stumbling(_session: Session, _asked: Asked) -> Seen:
    raise ValueError("a certificate of the year 1")


def _seeing(_session: Session, _asked: Asked) -> Seen:
    return Seen({"state": "READY"})


def test_an_answer_that_nobody_foresaw_leaves_the_others_seen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = Asked("p", "r", Resource("s", Area.SSL, "a", (), 1), datetime.now(UTC))
    reads = (Read(("state",), _stumbling), Read(("state",), _seeing))
    kind = Kind("s", Area.SSL, "Thing", (), lambda asked: asked.name, reads)
    one, other = (Question(kind, asked, read) for read in reads)

    def session() -> Session:
        return Session(Target(name="t", project="p", region="r", endpoint="http://127.0.0.1:1"))

    with (
        caplog.at_level(logging.CRITICAL, "runbook.health"),
        Gathering(session, [one, other], concurrency=2, deadline=5) as gathering,
    ):
        stumbled, seen = gathering.answer(one), gathering.answer(other)
    assert stumbled.error is not None
    assert stumbled.error.message.startswith("Runbook could make nothing of the answer")
    assert seen.seen == Seen({"state": "READY"})
