"""Something that is not as it was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`where` names a ledger ("INC-3", "administration") or a part of the installation, `what` the
    thing in it ("entry 5", "run 2"), `sentence` what is wrong with it."""

    where: str
    what: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}, {self.what}: {self.sentence}"
