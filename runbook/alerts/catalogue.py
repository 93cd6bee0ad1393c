"""The systems whose alerts are read, and how the bytes of a message become values."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from runbook.alerts import kinds
from runbook.alerts.message import Malformed, Message
from runbook.document.definition import Json

Reader = Callable[[Mapping[str, Json]], Message]


@cache
def readers() -> Mapping[str, Reader]:
    """By name of the system."""
    found = pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}.")
    modules = [importlib.import_module(one.name) for one in found]
    return {module.NAME: module.read for module in modules}


def read(kind: str, body: bytes) -> Message:
    """Raises `Malformed`, and nothing else whatever the bytes are."""
    try:
        written: Json = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("This is not JSON.") from error
    if not isinstance(written, dict):
        raise Malformed("This is JSON, but not an object with fields.")
    return readers()[kind](written)
