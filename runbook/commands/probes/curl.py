"""curl: asks one page with GET or HEAD and tells status, time, headers and body."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import refused_url
from runbook.cloud.pages import Page, Request
from runbook.commands.base import (
    Caution,
    Command,
    Effect,
    Emit,
    NotRunnable,
    Outcome,
    Plan,
    aside,
)
from runbook.commands.curl_options import (
    checked_write_out,
    header_of,
    method_of,
    seconds_of,
    separate,
    url_of,
)
from runbook.commands.curl_text import (
    HTTP_ERROR,
    complaint,
    measured,
    unanswered,
    written_out,
)
from runbook.commands.kinds import CommandKind
from runbook.commands.reads_only import ReadsOnly
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Curl(ReadsOnly):
    """One page. `words` are the arguments as written, for people."""

    words: tuple[str, ...]
    url: str
    method: str = "GET"
    fails_on_error: bool = False
    follows_redirects: bool = False
    drops_body: bool = False
    includes_head: bool = False
    asks_head: bool = False
    complains: bool = True
    write_out: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    max_seconds: float | None = None
    connect_seconds: float | None = None

    @property
    def name(self) -> str:
        return "curl"

    @property
    def resource(self) -> str:
        return self.url

    @property
    def project(self) -> str:
        return ""

    def as_gcloud(self) -> str:
        return shlex.join(["curl", *self.words])

    def outside(self, target: Target) -> str:
        return refused_url(self.url, target)

    def cautions(self) -> tuple[Caution, ...]:
        if self.method != "HEAD" or self.asks_head:
            return ()
        message = "curl -X HEAD waits for a body that never comes; -I asks for the head."
        return (
            Caution("curl-waits-for-body", message, instead=f"curl -I {shlex.quote(self.url)}"),
        )

    def execute(
        self,
        session: Session,
        emit: Emit,
        plan: Plan | None = None,  # noqa: ARG002 (part of the contract)
    ) -> Outcome:
        try:
            page = session.web.fetch(self._request())
        except CloudError as error:
            return self._unanswered(error, emit)
        fails = self.fails_on_error and page.status >= HTTPStatus.BAD_REQUEST
        exit_status = HTTP_ERROR if fails else 0
        shown = self._shown(page, fails=fails)
        shown += written_out(self.write_out, measured(page, self.method, exit_status))
        if shown:
            emit(shown.removesuffix("\n"))
        if fails:
            self._complain(f"curl: (22) The requested URL returned error: {page.status}", emit)
        return self._outcome(page, exit_status)

    def _unanswered(self, error: CloudError, emit: Emit) -> Outcome:
        exit_status, words = complaint(error, self.url)
        text = written_out(self.write_out, unanswered(self.url, self.method, exit_status))
        if exit_status and text:
            emit(text.removesuffix("\n"))
        self._complain(words, emit)
        return Outcome("failed", error.message, _nothing(self.url, exit_status))

    def _complain(self, words: str, emit: Emit) -> None:
        """-s silences curl itself, -S makes it speak again."""
        if words and self.complains:
            aside(emit)(words)

    def _shown(self, page: Page, *, fails: bool) -> str:
        """What goes to the standard output before the text of -w."""
        if self.drops_body:
            return ""
        if self.method == "HEAD":
            return page.head
        head = page.head if self.includes_head else ""
        return head if fails else head + page.body

    def _request(self) -> Request:
        return Request(
            self.url,
            method=self.method,
            headers=self.headers,
            follows_redirects=self.follows_redirects,
            seconds=self.max_seconds,
            connect_seconds=self.connect_seconds,
        )

    def _outcome(self, page: Page, exit_status: int) -> Outcome:
        timings = page.timings
        result: Json = {
            "status": page.status,
            "seconds": page.seconds,
            "headers": dict(page.headers),
            "body": page.body,
            "url": page.url,
            "exit": exit_status,
            "timings": {
                "lookup": round(timings.lookup, 6),
                "connect": round(timings.connect, 6),
                "tls": round(timings.tls, 6),
                "start": round(timings.start, 6),
            },
        }
        by = ", answered by the simulator" if page.via else ""
        message = f"HTTP {page.status} after {page.seconds:.3f} s{by}."
        if exit_status:
            return Outcome("failed", f"{message} With -f that counts as failed.", result)
        return Outcome("succeeded", message, result)


def _nothing(url: str, exit_status: int) -> Json:
    """What checks look at when no answer came: a status no server gives."""
    nothing: Json = {"status": 0, "seconds": 0.0, "headers": {}, "body": "", "url": url}
    return {**cast("dict[str, Json]", nothing), "exit": exit_status, "timings": {}}


def _parse(words: Sequence[str]) -> Command:
    options, urls = separate(words)
    if len(urls) != 1:
        raise NotRunnable("curl takes exactly one address here.")
    single = dict(options)
    if single.get("-o", "/dev/null") != "/dev/null":
        raise NotRunnable("curl may not write a file here; -o /dev/null is understood.")
    return Curl(
        words=tuple(words),
        url=url_of(urls[0]),
        method=method_of(single),
        fails_on_error="-f" in single,
        follows_redirects="-L" in single,
        drops_body="-o" in single,
        includes_head="-i" in single,
        asks_head="-I" in single,
        complains="-s" not in single or "-S" in single,
        write_out=checked_write_out(single.get("-w", "")),
        headers=tuple(header_of(value) for name, value in options if name == "-H"),
        max_seconds=seconds_of(single.get("-m")),
        connect_seconds=seconds_of(single.get("--connect-timeout")),
    )


KINDS = (
    CommandKind(
        "curl",
        Effect.READS,
        "Asks one page of an allowed host with GET or HEAD: status, seconds, headers, body.",
        _parse,
    ),
)
