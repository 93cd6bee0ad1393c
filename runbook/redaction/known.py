"""Values that are known to be secret, in every form in which they turn up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Shorter values are not looked for: they would be found in ordinary words."""


def forms_of(values: Iterable[str]) -> tuple[str, ...]:
    """Every form of every value, the longest first: as it is, in JSON, in JSON inside of JSON, in
    URLs, in base64 at any offset, in hex; and each long enough line of a value that has several."""
    forms = {
        form
        for value in map(str.strip, values)
        for part in (value, *map(str.strip, value.splitlines()))
        if len(part) >= SHORTEST
        for form in _forms(part)
    }
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _forms(value: str) -> Iterator[str]:
    yield value
    yield from _in_json(value)
    data = value.encode("utf-8", errors="surrogatepass")
    for quoted in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield from (quoted, _lower_escapes(quoted))
    yield from _in_base64(data)
    yield from (data.hex(), data.hex().upper())


def _in_json(value: str) -> Iterator[str]:
    for is_ascii in (True, False):
        once = json.dumps(value, ensure_ascii=is_ascii)[1:-1]
        twice = json.dumps(once, ensure_ascii=is_ascii)[1:-1]
        yield from (once, twice, once.replace("/", "\\/"))
        marked = "".join(f"\\u{ord(c):04x}" if c in "<>&'=" else c for c in once)
        yield from (marked, marked.replace("\\u0027", "'").replace("\\u003d", "="))


def _lower_escapes(quoted: str) -> str:
    """Python writes `%2F`; others write `%2f`."""
    pieces = quoted.split("%")
    return "%".join([pieces[0], *(piece[:2].lower() + piece[2:] for piece in pieces[1:])])


def _in_base64(data: bytes) -> Iterator[str]:
    """Alone with its padding, and what stays the same wherever it stands inside of other bytes."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(data).decode()
        for offset, skipped in ((0, 0), (1, 2), (2, 3)):
            whole = (offset + len(data)) * 8 // 6
            inner = encode(bytes(offset) + data).decode()[skipped:whole]
            if len(inner) >= SHORTEST:
                yield inner
