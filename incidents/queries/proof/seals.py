"""What a timeline keeps of rows beside it: the digest of everything that is said of them.

An object that is exported with a name in `sealed_as` is digested whole, the name included. The
entry that tells a fact carries that digest under that name, in `seals`; a later one replaces it.
One that has a `value` besides has its digest elsewhere in its entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from incidents import ledger
from incidents.queries.proof.record import Json

NOTHING = ""
"""Instead of a digest: what was said under that name was taken back."""


def seals_of(*exported: object) -> dict[str, str]:
    """Name to digest of every named object in what `record` and `record_words` give."""
    return dict(pair for one in exported for pair in sealed_in(one))


MOVED = "moved"
"""Instead of a digest: time was let pass in a drill, which moves what was written into the past."""


def sealed_in(exported: object) -> Iterator[tuple[str, str]]:
    if isinstance(exported, dict):
        if "sealed_as" in exported and "value" not in exported:
            yield str(exported["sealed_as"]), ledger.digest_of_json(exported)
        exported = list(exported.values())
    for inner in exported if isinstance(exported, list) else ():
        yield from sealed_in(inner)


def seals_of_incident(**facts: object) -> dict[str, str]:
    """Of some columns of the incident, as `record.facts_of_incident` names and writes them."""
    return {f"incident, {name}": ledger.digest_of_json(value) for name, value in facts.items()}


def said_nothing_of(*exported: Json) -> dict[str, str]:
    """Of rows that are gone, or whose decision was taken back."""
    return dict.fromkeys(seals_of(*exported), NOTHING)
