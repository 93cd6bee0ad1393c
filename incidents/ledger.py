"""How entries of a ledger are chained, so that what was written cannot be changed unseen.

An entry's digest is the SHA-256 over the digest before it and its own facts; a changed, removed or
swapped entry breaks the chain from there on. Anybody can check that, with nothing but the entries.
A seal is made with the installation's key: who can write to the database but does not know the key
cannot make a new chain that passes here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

ADMINISTRATION = "administration"
"""The ledger that is no incident's."""

FIRST = "0" * 64
"""What stands before the first entry."""

Facts = dict[str, Any]  # Any: JSON

_SEPARATORS = (",", ":")
_WRITTEN_WITH_EXPONENT = 1e16


def facts_of(
    *,
    ledger: str,
    number: int,
    at: datetime,
    actor: str,
    source: str,
    kind: str,
    text: str,
    data: dict[str, Any],  # Any: JSON
) -> Facts:
    """What an entry's digest is over. `ledger` is the incident's name, or "administration"."""
    return {
        "ledger": ledger,
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "source": source,
        "kind": kind,
        "text": text,
        "data": data,
    }


def canonical(value: object) -> bytes:
    """The same JSON gives the same bytes on every machine, before it is stored and after: sorted,
    ASCII, no spaces. Reading these bytes and writing them again so gives them again."""
    return json.dumps(_as_stored(value), sort_keys=True, separators=_SEPARATORS).encode()


def digest_of_json(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_of(previous: str, facts: Facts) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + canonical(facts)).hexdigest()


def seal_of(what: str, *, key: str | None = None) -> str:
    """HMAC-SHA256 in hex of `what`, with a key that is derived from the installation's."""
    secret = (key or str(settings.SECRET_KEY)).encode()
    own = hmac.new(secret, b"runbook ledger seal", hashlib.sha256).digest()
    return hmac.new(own, what.encode(), hashlib.sha256).hexdigest()


def seal_of_head(ledger: str, count: int, head: str, *, key: str | None = None) -> str:
    """Seals how many entries a ledger has, so that its last ones cannot be cut off."""
    return seal_of(_head(ledger, count, head), key=key)


def _head(ledger: str, count: int, head: str) -> str:
    return f"{ledger} {count} {head}"


def is_sealed(what: str, seal: str) -> bool:
    """Whether the seal is of the installation's key, or of one that it had before."""
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return any(hmac.compare_digest(seal_of(what, key=key), seal) for key in keys)


def is_head_sealed(ledger: str, count: int, head: str, seal: str) -> bool:
    return is_sealed(_head(ledger, count, head), seal)


@dataclass(frozen=True, slots=True)
class Link:
    """A new entry chained to the last one. `columns` are those of `models.audit.Entry` without
    moment and actor; `head_seal` is for the row that knows the ledger's end."""

    number: int
    digest: str
    head_seal: str
    columns: dict[str, Any]  # Any: column values


def link(facts: Facts, *, after: str) -> Link:
    """`after` is the digest of the last entry, or "" for the first one's."""
    previous = after or FIRST
    digest = digest_of(previous, facts)
    own = ("number", "source", "kind", "text", "data")
    return Link(
        number=facts["number"],
        digest=digest,
        head_seal=seal_of_head(facts["ledger"], facts["number"], digest),
        columns={name: facts[name] for name in own}
        | {
            "actor_name": facts["actor"],
            "previous": previous,
            "digest": digest,
            "seal": seal_of(digest),
        },
    )


class NotHeld(RuntimeError):
    """A fault of ours: who writes to a ledger must hold its head first."""


def plain(data: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The data as every database gives it back: what JSON cannot hold is refused (ValueError)."""
    read: dict[str, Any] = _as_stored(data)
    return read


def _as_stored(value: object) -> Any:  # noqa: ANN401  (JSON)
    return json.loads(json.dumps(value, allow_nan=False), parse_float=_number)


def _number(text: str) -> float | int:
    """PostgreSQL writes numbers out: what Python has as 1e+16 comes back as a whole number, and
    -0.0 without its sign."""
    found = float(text)
    return int(found) if abs(found) >= _WRITTEN_WITH_EXPONENT else found or 0.0
