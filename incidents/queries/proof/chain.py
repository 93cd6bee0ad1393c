"""Whether a ledger's entries are those that were written, all of them, in that order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from incidents import ledger
from incidents.models.audit import Entry
from incidents.queries.proof.problem import Problem

LOOKED_INTO = 100
"""Of so many entries that do not fit, it is found out where they stood; more are only named."""


@dataclass(frozen=True, slots=True)
class Head:
    """The ledger's end, as the row that is not part of it knows it."""

    count: int
    digest: str
    seal: str


@dataclass(slots=True)
class Walk:
    """Entry after entry, by number: memory does not grow with them, only with what is wrong."""

    name: str
    count: int = 0
    last: str = ledger.FIRST
    problems: list[Problem] = field(default_factory=list)
    _changed: list[tuple[ledger.Facts, str, str]] = field(default_factory=list)
    _is_doubtful: bool = False

    def step(self, entry: Entry) -> None:
        is_gap = entry.number != self.count + 1
        if is_gap:
            self._gap(entry.number)
        facts = facts_of(self.name, entry)
        is_wrong = self._judge(facts, entry)
        if entry.previous != self.last and not (is_gap or is_wrong or self._is_doubtful):
            self.say(
                f"entry {entry.number}",
                "It does not follow from the entry before: one of the two was exchanged.",
            )
        self.count, self.last, self._is_doubtful = entry.number, entry.digest, is_wrong

    def _gap(self, number: int) -> None:
        first, last = self.count + 1, number - 1
        if last < first:
            self.say(f"entry {number}", "There are two of this number.")
            return
        self.say(_entries(first, last), "Removed: the entries around it are there.")

    def _judge(self, facts: ledger.Facts, entry: Entry) -> bool:
        """Whether the entry by itself is not what was written."""
        if ledger.digest_of(entry.previous, facts) != entry.digest:
            self._changed.append((facts, entry.previous, entry.digest))
            return True
        if ledger.is_sealed(entry.digest, entry.seal):
            return False
        self.say(
            f"entry {entry.number}",
            "It was inserted or written anew by hand: its seal is not of this installation's key.",
        )
        return True

    def say(self, what: str, sentence: str) -> None:
        self.problems.append(Problem(self.name, what, sentence))

    def end(self, head: Head) -> list[Problem]:
        """Everything that is wrong, once the last entry was walked over."""
        self.problems += moved_or_changed(self.name, self._changed)
        self._compare(head)
        return sorted(self.problems, key=_place)

    def _compare(self, head: Head) -> None:
        if head.count > self.count:
            self.say(_entries(self.count + 1, head.count), "Cut off at the end.")
        elif head.count < self.count:
            self.say(
                _entries(head.count + 1, self.count),
                "Added by hand: the ledger's head ends before.",
            )
        elif self.count and head.digest != self.last and not self._is_doubtful:
            self.say("head", "It names another last entry than the one that is there.")
        if not self._is_sealed(head):
            self.say("head", "Its count and digest were changed by hand: the seal does not fit.")

    def _is_sealed(self, head: Head) -> bool:
        if not (head.count or head.digest or head.seal):
            return True
        return ledger.is_head_sealed(self.name, head.count, head.digest, head.seal)


def facts_of(name: str, entry: Entry) -> ledger.Facts:
    """What the entry's digest must be over, read from the row as it stands."""
    return ledger.facts_of(
        ledger=name,
        number=entry.number,
        at=entry.at,
        actor=entry.actor_name,
        source=entry.source,
        kind=entry.kind,
        text=entry.text,
        data=entry.data,
    )


def moved_or_changed(name: str, found: list[tuple[ledger.Facts, str, str]]) -> Iterator[Problem]:
    """Each entry whose digest does not fit: was it elsewhere when it was written, or is it other
    than it was?"""
    stood = _where_they_stood(found[:LOOKED_INTO])
    swapped = {now: then for now, then in stood.items() if stood.get(then) == now}
    for now, then in swapped.items():
        if now < then:
            yield Problem(name, f"entries {now} and {then}", "Swapped.")
    for facts, _previous, _digest in found:
        number = facts["number"]
        if number in swapped:
            continue
        if number in stood:
            yield Problem(name, f"entry {number}", _moved(number, stood[number]))
        else:
            yield Problem(name, f"entry {number}", "Changed after it was written.")


def _moved(now: int, then: int) -> str:
    cause = "removed" if then > now else "inserted"
    return f"It was entry {then} when it was written: something before it was {cause}."


def _where_they_stood(found: list[tuple[ledger.Facts, str, str]]) -> dict[int, int]:
    """Number now to number then, for those that fit their digest at another number."""
    numbers = {facts["number"] for facts, _previous, _digest in found}
    candidates = sorted(numbers | {n + step for n in numbers for step in (-1, 1)})
    stood: dict[int, int] = {}
    shift = 0
    for facts, previous, digest in found:
        now = facts["number"]
        likely = [now + shift, now - 1, now + 1]
        then = _fitting(facts, previous, digest, [*likely, *candidates])
        if then is not None:
            stood[now], shift = then, then - now
    return stood


def _fitting(facts: ledger.Facts, previous: str, digest: str, numbers: Iterable[int]) -> int | None:
    for number in numbers:
        if ledger.digest_of(previous, {**facts, "number": number}) == digest:
            return number
    return None


def _entries(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _place(problem: Problem) -> tuple[int, str]:
    number = next((int(word) for word in problem.what.split() if word.isdecimal()), 1 << 60)
    return number, problem.what
