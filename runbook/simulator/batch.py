"""Several requests in one, as Compute Engine takes them at `/batch/compute/v1`.

The request is `multipart/mixed`; each part is a whole HTTP request, and each part of the answer a
whole HTTP response with the same `Content-ID`. gcloud sends its lists of several regions so.
"""

from __future__ import annotations

import email.parser
import email.policy
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from runbook.simulator.errors import Refusal

PATH = "/batch/compute/v1"
_BOUNDARY = "batch_simulated"
_FIRST_LINE = re.compile(r"([A-Z]+) (\S+) HTTP/1\.[01]")


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch. `name` is its Content-ID without brackets."""

    name: str
    method: str
    target: str
    headers: dict[str, str]
    content: bytes

    def scope(self, outer: Scope) -> Scope:
        """The ASGI scope of this part, as if it had come alone on the same connection."""
        address = urlsplit(self.target)
        host = Headers(scope=outer).get("host", "")
        headers = {"host": host} | self.headers
        return {
            **outer,
            "method": self.method,
            "path": address.path,
            "raw_path": address.path.encode(),
            "query_string": address.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

    def receive(self) -> Receive:
        async def receive() -> Message:
            return {"type": "http.request", "body": self.content, "more_body": False}

        return receive


def parts_of(content_type: str, content: bytes) -> list[Part]:
    """The requests of a batch in order. Raises `Refusal` 400 for anything else."""
    whole = b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + content
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    if not message.is_multipart():
        raise Refusal(400, "Failed to parse batch request, error: not a multipart message.")
    return [_part(str(one["Content-ID"] or ""), one.get_content()) for one in message.iter_parts()]


def answer_of(parts: list[Part], responses: list[Response]) -> Response:
    """One answer that holds those of all parts."""
    pieces = [
        f"--{_BOUNDARY}\r\nContent-Type: application/http\r\n"
        f"Content-ID: <response-{part.name}>\r\n\r\n".encode()
        + _written(response)
        + b"\r\n"
        for part, response in zip(parts, responses, strict=True)
    ]
    content = b"".join([*pieces, f"--{_BOUNDARY}--\r\n".encode()])
    return Response(content, media_type=f"multipart/mixed; boundary={_BOUNDARY}")


def _part(identity: str, content: bytes) -> Part:
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    first, *lines = head.decode().split("\n")
    found = _FIRST_LINE.fullmatch(first.strip())
    if not found:
        raise Refusal(400, f"Failed to parse batch request, error: {first!r} is no request line.")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    return Part(identity.strip("<>"), found[1], found[2], headers, body)


def _written(response: Response) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
    return f"HTTP/1.1 {response.status_code} \r\n{head}\r\n".encode() + bytes(response.body)
