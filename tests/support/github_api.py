"""The two endpoints of GitHub's REST API that are used, as its documentation describes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

TOKEN = "ghp-of-the-test"
_ISSUE = re.compile(r"/repos/acme/shop/issues/12/(comments|labels)")


@dataclass
class GitHubApi:
    """`next_status` and `next_headers` refuse the next request, once. `loses_answer` stores the
    comment and breaks off before answering, once."""

    address: str
    comments: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    next_status: int = 0
    next_headers: dict[str, str] = field(default_factory=dict)
    loses_answer: bool = False


class _Server(ThreadingHTTPServer):
    api: GitHubApi


class _Endpoint(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._respond({})

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self._respond(json.loads(self.rfile.read(length)))

    def _respond(self, body: dict[str, Any]) -> None:
        self.server.api.requests.append((self.command, self.path))
        path = _ISSUE.fullmatch(urlsplit(self.path).path)
        if self.server.api.next_status:
            status, self.server.api.next_status = self.server.api.next_status, 0
            self._answer(status, {"message": "Body is too long"}, self.server.api.next_headers)
        elif self.headers["authorization"] != f"Bearer {TOKEN}":
            self._answer(401, {"message": "Bad credentials"})
        elif path is None:
            self._answer(404, {"message": "Not Found"})
        elif path[1] == "labels":
            self.server.api.labels += [
                one for one in body["labels"] if one not in self.server.api.labels
            ]
            self._answer(200, [{"name": name} for name in self.server.api.labels])
        elif self.command == "GET":
            self._answer(200, self.server.api.comments)
        else:
            self._comment(body["body"])

    def _comment(self, body: str) -> None:
        number = len(self.server.api.comments) + 1
        url = f"https://github.com/acme/shop/issues/12#issuecomment-{number}"
        self.server.api.comments.append({"id": number, "html_url": url, "body": body})
        if self.server.api.loses_answer:
            self.server.api.loses_answer = False
            self.close_connection = True
            return
        self._answer(201, self.server.api.comments[-1])

    def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def github_api() -> Iterator[GitHubApi]:
    """Runs while the context lasts; it knows one issue, acme/shop#12, and one token."""
    server = _Server(("127.0.0.1", 0), _Endpoint)
    server.api = GitHubApi(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
