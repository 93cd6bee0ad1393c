"""What resources are called in the file: by a short name, a host, or a whole address."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_HOST = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*")


@dataclass(frozen=True, slots=True)
class Naming:
    """`example` is words for who wrote a name that does not fit."""

    fits: Callable[[str], bool]
    example: str


def is_address(written: str, schemes: tuple[str, ...]) -> bool:
    """Whether it is a whole address that can be asked as it stands."""
    try:
        parts = urlsplit(written)
        _port = parts.port
    except ValueError:
        return False
    is_one_word = written.isprintable() and " " not in written
    return parts.scheme in schemes and bool(parts.hostname) and is_one_word


def _is_short(written: str) -> bool:
    return _SHORT.fullmatch(written) is not None


def _is_host(written: str) -> bool:
    return _HOST.fullmatch(written) is not None and written == written.lower()


_PAGES, _SOCKETS = ("http", "https"), ("ws", "wss")

SHORT = Naming(_is_short, "a short name such as shop-db")
HOST = Naming(_is_host, "a host such as shop.example.com, in small letters")
PAGE = Naming(
    partial(is_address, schemes=_PAGES), "a whole address such as https://shop.example.com/health"
)
SOCKET = Naming(
    partial(is_address, schemes=_SOCKETS), "a whole address such as wss://shop.example.com/ws"
)
