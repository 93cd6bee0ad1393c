"""Tries what a validation asks of pages, sockets and logs, beside what the check has found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.cloud.pages import Page, Request
from runbook.cloud.upgrades import Upgrade
from runbook.document.definition import Json
from runbook.health.criteria import OfLogs, OfPage, OfSocket, What
from runbook.health.measuring import read_all
from runbook.health.metrics import Metric

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

AT_ONCE = 8
_MOST_ENTRIES = 50
_LONGEST_TEXT = 200
_SWITCHED = 101
_NUMBERS_OF = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Tried:
    """`passed` is None when it could not be tried; `detail` then says why."""

    passed: bool | None
    after: str = ""
    detail: str = ""


def try_all(
    wanted: Iterable[What], session_for: Callable[[], Session], *, now: datetime
) -> dict[What, Tried]:
    """Each page, socket and log once, side by side; what is answered otherwise is left out. Never
    raises `CloudError`."""
    own = list(dict.fromkeys(one for one in wanted if isinstance(one, OfPage | OfSocket | OfLogs)))
    if not own:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(own)), "validation") as pool:
        found = pool.map(lambda what: _try(what, session_for, now), own)
        return dict(zip(own, found, strict=True))


@dataclass(frozen=True, slots=True)
class Newest:
    """Newest values by the metric's name and its subject, and why others have none, by name."""

    numbers: Mapping[tuple[str, str], float] = field(default_factory=dict)
    why_none: Mapping[str, str] = field(default_factory=dict)


def newest(
    session_for: Callable[[], Session], project: str, metrics: Iterable[Metric], *, now: datetime
) -> Newest:
    """Of the last minutes. Raises no `CloudError`."""
    wanted = [metric for metric in metrics if metric.is_read]
    try:
        session = session_for()
    except CloudError as error:
        return Newest(why_none={metric.name: error.message for metric in wanted})
    series = read_all(session, project, wanted, since=now - _NUMBERS_OF, until=now)
    numbers = {
        (one.metric.name, subject): readings[-1].value
        for one in series
        for subject, readings in one.readings.items()
    }
    return Newest(numbers, {one.metric.name: one.why_none for one in series if one.why_none})


def _try(
    what: OfPage | OfSocket | OfLogs, session_for: Callable[[], Session], now: datetime
) -> Tried:
    try:
        session = session_for()
        if isinstance(what, OfPage):
            return _try_page(what, session)
        if isinstance(what, OfSocket):
            return _try_socket(what, session)
        return _count_entries(what, session, now)
    except CloudError as error:
        return Tried(None, "could not be checked", error.message)


def _try_page(what: OfPage, session: Session) -> Tried:
    """As often as it says, one after the other; the first that nobody answers ends it."""
    good, slowest = 0, 0.0
    for number in range(1, what.tries + 1):
        try:
            page = session.web.fetch(Request(what.url, seconds=what.within))
        except CloudError as error:
            if error.kind == "DENIED":
                raise
            return _failed(f"no answer at try {number}", error.message)
        wrong = _wrong_with(page, what)
        if wrong:
            return _failed(f"{page.status} after {page.seconds:.2f} s", wrong)
        good, slowest = good + 1, max(slowest, page.seconds)
    often = f"{good} of {what.tries} times " if what.tries > 1 else ""
    return _held(f"{often}{what.status}, {slowest:.2f} s at most")


def _held(after: str) -> Tried:
    return Tried(passed=True, after=after)


def _failed(after: str, detail: str) -> Tried:
    return Tried(passed=False, after=after, detail=detail)


def _wrong_with(page: Page, what: OfPage) -> str:
    if page.status != what.status:
        return f"{what.url} answered {page.status}, expected {what.status}."
    if page.seconds > what.within:
        return f"{what.url} took {page.seconds:.2f} s, expected at most {what.within:g} s."
    return ""


def _try_socket(what: OfSocket, session: Session) -> Tried:
    try:
        answer = session.within(what.within).websocket.upgrade(Upgrade(what.url))
    except CloudError as error:
        if error.kind == "DENIED":
            raise
        return _failed("did not open", error.message)
    found = f"{answer.status} after {answer.seconds:.2f} s"
    if answer.status != _SWITCHED:
        return _failed(found, f"{what.url} refused the WebSocket: {answer.status}.")
    if answer.seconds > what.within:
        return _failed(found, f"It took longer than {what.within:g} s.")
    return _held(f"opened in {answer.seconds:.2f} s")


def _count_entries(what: OfLogs, session: Session, now: datetime) -> Tried:
    since = now - timedelta(seconds=what.over)
    condition = f'({what.condition}) AND timestamp>="{since:%Y-%m-%dT%H:%M:%SZ}"'
    parent = f"projects/{session.target.project}"
    most = max(_MOST_ENTRIES, what.at_most + 1)
    entries = session.logs.entries(parent, condition, "timestamp desc", most)
    count = len(entries)
    found = f"{count}{' or more' if count == most else ''} {'entry' if count == 1 else 'entries'}"
    if count <= what.at_most:
        return _held(found)
    return _failed(found, f"The newest says: {_text_of(entries[0])}")


def _text_of(entry: Json) -> str:
    """The first words of a log entry, whichever payload it has."""
    if not isinstance(entry, dict):
        return ""
    payload = entry.get("jsonPayload")
    message = payload.get("message") if isinstance(payload, dict) else None
    text = entry.get("textPayload") or message or entry.get("logName") or ""
    return " ".join(str(text).split())[:_LONGEST_TEXT]
