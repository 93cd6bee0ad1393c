"""Google's token services and APIs behind an HTTPS proxy on loopback, for the real client code.

Nothing in the product is told about it: HTTPS_PROXY and REQUESTS_CA_BUNDLE lead there what goes to
googleapis.com, over TLS with a certificate made for the test. What it answers depends on the token
it is shown, as Google's does.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.support.tls_server import make_certificate

_ACT_AS = re.compile(r"/v1/projects/-/serviceAccounts/([^/:]+):generateAccessToken")


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    host: str
    path: str
    token: str


@dataclass
class Google:
    """`subjects` are the outside tokens it exchanges, `creators` who may act as whom; `asked` is
    every request in order. A token names whom it is for: "user", "subject", a service account."""

    subjects: set[str] = field(default_factory=set)
    creators: dict[str, set[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked, body: bytes) -> tuple[int, dict[str, Any]]:
        self.asked.append(asked)
        if asked.host == "oauth2.googleapis.com":
            return 200, {"access_token": "user", "expires_in": 3600, "token_type": "Bearer"}
        if asked.host == "sts.googleapis.com":
            return self._exchanged(parse_qs(body.decode()))
        if asked.host == "iamcredentials.googleapis.com":
            return self._acted(asked)
        return 200, {"name": f"seen by {asked.token}", "state": "RUNNABLE"}

    def tokens_at(self, host: str) -> list[str]:
        return [one.token for one in self.asked if one.host == host]

    def _exchanged(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        (subject,) = form["subject_token"]
        if subject not in self.subjects:
            return 400, {"error": "invalid_grant", "error_description": "Wrong issuer."}
        kind = "urn:ietf:params:oauth:token-type:access_token"
        token = {"access_token": f"federated-{subject}", "issued_token_type": kind}
        return 200, {**token, "token_type": "Bearer", "expires_in": 3600}

    def _acted(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        wanted = _ACT_AS.fullmatch(asked.path)
        if wanted is None:
            return 404, {"error": {"code": 404, "message": "No such thing."}}
        if asked.token not in self.creators.get(wanted[1], set()):
            said = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource."
            return 403, {"error": {"code": 403, "message": said, "status": "PERMISSION_DENIED"}}
        ends = datetime.now(UTC) + timedelta(hours=1)
        return 200, {"accessToken": wanted[1], "expireTime": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}


@contextmanager
def google_over_tls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Everything of this process that is meant for Google goes to what is yielded."""
    names = ("googleapis.com", "*.googleapis.com")
    certificate, google = make_certificate(folder, names=names), Google()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(google, context)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield google
        server.shutdown()


def _handler(google: Google, context: ssl.SSLContext) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            self.send_response(200, "Connection established")
            self.end_headers()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")  # type: ignore[assignment]  # as the base does
            self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]  # alike
            self.close_connection = False

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = (self.headers.get("authorization") or "").removeprefix("Bearer ")
            host = (self.headers.get("host") or "").removesuffix(":443")
            asked = Asked(self.command, host, self.path.partition("?")[0], token)
            status, answer = google.answer(asked, body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
            """The tests' output is not a log."""

    return Proxy
