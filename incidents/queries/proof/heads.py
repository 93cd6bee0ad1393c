"""The ends of all ledgers, kept elsewhere: whoever can write everything here cannot write there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from incidents.ledger import ADMINISTRATION
from incidents.models import AdministrationEntry, TimelineEntry
from incidents.models.audit import Entry
from incidents.queries.proof.problem import Problem

FORMAT = 1


class NotHeads(ValueError):
    """A file that `written` did not write. The message is a sentence."""


def written(ends: Mapping[str, tuple[int, str]], *, at: str) -> str:
    """The file's text: for each ledger the number and the digest of its last entry."""
    ledgers = {name: {"count": count, "head": head} for name, (count, head) in ends.items()}
    return json.dumps({"format": FORMAT, "at": at, "ledgers": ledgers}, indent=2) + "\n"


def read(text: str) -> dict[str, tuple[int, str]]:
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise NotHeads(f"This is format {found['format']}; here format {FORMAT} is known.")
        return {
            str(name): (int(end["count"]), str(end["head"]))
            for name, end in found["ledgers"].items()
        }
    except NotHeads:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotHeads("This is not a file that `verify --save` wrote.") from error


def fallen(kept: Mapping[str, tuple[int, str]]) -> Iterator[Problem]:
    """Ledgers that do not begin as they did when their ends were kept."""
    for name, (count, head) in kept.items():
        if count == 0:
            continue
        entry = _entry(name, count)
        if entry is None:
            yield Problem(name, f"entry {count}", "It was there when the heads were saved.")
        elif entry.digest != head:
            yield Problem(
                name,
                f"entries 1 to {count}",
                "Not those that were there when the heads were saved: the chain was made anew.",
            )


def _entry(name: str, number: int) -> Entry | None:
    if name == ADMINISTRATION:
        return AdministrationEntry.objects.filter(number=number).first()
    digits = name.removeprefix("INC-")
    if not digits.isdecimal():
        return None
    return TimelineEntry.objects.filter(incident__number=int(digits), number=number).first()
