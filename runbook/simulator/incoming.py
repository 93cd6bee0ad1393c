"""The JSON object that a request carries, read with Google's limits of size and depth."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from starlette.requests import Request

from runbook.simulator.errors import Refusal
from runbook.simulator.store import Resource

LARGEST = 10 * 1024 * 1024
_DEEPEST = 100


async def content_of(request: Request) -> bytes:
    """The body as it came. What is larger than Google takes is refused before all of it is read."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST:
            raise Refusal(400, f"Request payload size exceeds the limit: {LARGEST} bytes.")
    return bytes(content)


def object_in(content: bytes) -> Resource:
    """The object that a body is; none stands for an empty one. Raises `Refusal` 400."""
    if not content.strip():
        return {}
    try:
        body = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "Invalid JSON payload received.", reason="parseError") from error
    if not isinstance(body, dict):
        raise Refusal(400, "Invalid JSON payload received: an object is needed.")
    if _is_deeper_than(_DEEPEST, body):
        raise Refusal(400, "Invalid JSON payload received: Message too deep.", reason="parseError")
    return body


def _refuse_constant(text: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(text)


def _is_deeper_than(most: int, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    level = [value]
    for _ in range(most):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
