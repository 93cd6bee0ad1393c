"""Real receivers for what Runbook sends: a mail server and an HTTP server, each in a thread."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default as policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from runbook.processes.ports import free_port


@dataclass
class Mailbox:
    """What arrived. `answers` are given to the next recipients instead of taking them; `seconds`
    is how long the server thinks before it answers."""

    port: int
    mails: list[Message] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    seconds: float = 0.0

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = self.answers.pop(0) if self.answers else ""  # not one of a later test
        time.sleep(self.seconds)  # it has a thread of its own
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy))
        return "250 OK: kept"


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """With `tls` it takes nothing before STARTTLS, and the password "let me in" after it."""
    mailbox = Mailbox(free_port())
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        ready_timeout=60.0,  # of a machine that does other things too
        tls_context=tls,
        require_starttls=tls is not None,
        auth_required=tls is not None,
        authenticator=_let_in,
    )
    # who does not trust the server hangs up, and aiosmtpd asks for no such end
    controller.loop.set_exception_handler(lambda _loop, _context: None)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def _let_in(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
) -> AuthResult:
    return AuthResult(success=given.password == b"let me in", handled=False)


@dataclass
class Hook:
    """What arrived: headers and body of each request. `answers` are statuses and headers for the
    next ones, 200 after that."""

    address: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seconds: float = 0.0


@contextmanager
def http_server() -> Iterator[Hook]:
    hook = Hook()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.requests.append((headers, body))
            status, extra = hook.answers.pop(0) if hook.answers else (200, {})
            time.sleep(hook.seconds)
            try:
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()
            except OSError:
                pass  # whoever asked has hung up

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    hook.address = f"http://127.0.0.1:{server.server_port}/secret-path"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
