"""curl: asks one page with GET or HEAD and tells status, time, headers and body."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import refused_url
from runbook.cloud.pages import Page, Request
from runbook.commands.base import Caution, Command, Effect, Emit, NotRunnable, Outcome, Plan, Probe
from runbook.commands.curl_options import (
    VARIABLE,
    checked_write_out,
    header_of,
    method_of,
    seconds_of,
    separate,
    url_of,
)
from runbook.commands.kinds import CommandKind
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Curl:
    """One page. `words` are the arguments as written, for people."""

    words: tuple[str, ...]
    url: str
    method: str = "GET"
    fails_on_error: bool = False
    follows_redirects: bool = False
    drops_body: bool = False
    write_out: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    max_seconds: float | None = None
    connect_seconds: float | None = None

    @property
    def name(self) -> str:
        return "curl"

    @property
    def effect(self) -> Effect:
        return Effect.READS

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
        return ()

    def plan(self, session: Session) -> Plan:  # noqa: ARG002 (part of the contract)
        return Plan(self.url, before=None, after=None, changes=(), fingerprint="")

    def execute(
        self,
        session: Session,
        emit: Emit,
        plan: Plan | None = None,  # noqa: ARG002 (part of the contract)
    ) -> Outcome:
        try:
            page = session.web.fetch(self._request())
        except CloudError as error:
            return Outcome("failed", error.message, _nothing(self.url))
        for text in (*self._printed(page), self._written_out(page)):
            if text:
                emit(text.rstrip("\n"))
        return self._outcome(page)

    def _request(self) -> Request:
        return Request(
            self.url,
            method=self.method,
            headers=self.headers,
            follows_redirects=self.follows_redirects,
            seconds=self.max_seconds,
            connect_seconds=self.connect_seconds,
        )

    def _outcome(self, page: Page) -> Outcome:
        result: Json = {
            "status": page.status,
            "seconds": page.seconds,
            "headers": dict(page.headers),
            "body": page.body,
            "url": page.url,
        }
        by = ", answered by the simulator" if page.via else ""
        message = f"HTTP {page.status} after {page.seconds:.3f} s{by}."
        if self.fails_on_error and page.status >= HTTPStatus.BAD_REQUEST:
            return Outcome("failed", f"{message} With -f that counts as failed.", result)
        return Outcome("succeeded", message, result)

    def _printed(self, page: Page) -> list[str]:
        """What curl puts out before the text of -w."""
        printed = []
        if self.method == "HEAD" and not self.drops_body:
            lines = [f"{page.http_version} {page.status} {page.reason}".rstrip()]
            lines += [f"{name}: {value}" for name, value in page.headers.items()]
            printed.append("\n".join(lines))
        elif not self.drops_body and not (
            self.fails_on_error and page.status >= HTTPStatus.BAD_REQUEST
        ):
            printed.append(page.body)
        return printed

    def _written_out(self, page: Page) -> str:
        values = {
            "http_code": f"{page.status:03d}",
            "response_code": f"{page.status:03d}",
            "time_total": f"{page.seconds:.6f}",
            "url_effective": page.url,
            "size_download": str(page.size),
            "content_type": page.headers.get("content-type", ""),
            "num_redirects": str(page.redirects),
            "http_version": page.http_version.removeprefix("HTTP/"),
        }
        text = VARIABLE.sub(lambda name: values[name[1]], self.write_out)
        for mark, char in (("\\n", "\n"), ("\\t", "\t"), ("\\r", ""), ("%%", "%")):
            text = text.replace(mark, char)
        return text

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "This command only reads.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("not applied", "This command only reads; run it again.")


def _nothing(url: str) -> Json:
    """What checks look at when no answer came: a status no server gives."""
    return {"status": 0, "seconds": 0.0, "headers": {}, "body": "", "url": url}


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
