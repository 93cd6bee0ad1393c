"""Who must approve, as people write it: "1 infrastructure + 1 commander". Read, and counted.

A term names a role of Runbook or a group of people; each place of each term takes a person of its
own, and one person fills one place only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ROLES = ("responder", "commander", "approver", "administrator")
"""Words that name a role; every other word names a group."""

MOST_PEOPLE = 9
LONGEST = 200

_TERM = re.compile(r"(?:(?P<count>[0-9]{1,6})\s*x?\s+)?(?P<name>[^\W\d_][\w .&/-]{0,59})")
_PLUS = re.compile(r"\s*(?:\+|,|\band\b)\s*")
_EXAMPLE = "Write for example `1 approver`, or `1 infrastructure + 1 commander`."

Person = TypeVar("Person", bound=Hashable)


class PolicyError(ValueError):
    """The text is not a policy; the message is a sentence that says what to write."""


@dataclass(frozen=True, slots=True)
class Term:
    """`role` is one of `ROLES`, or a group's name as `slug` writes it."""

    count: int
    role: str

    def __str__(self) -> str:
        return f"{self.count} {self.role}{'s' if self.count > 1 and self.is_role else ''}"

    @property
    def is_role(self) -> bool:
        return self.role in ROLES


@dataclass(frozen=True, slots=True)
class Seat(Generic[Person]):
    """One place of a policy and who fills it, None while it is open."""

    role: str
    person: Person | None


def parse_policy(text: str) -> tuple[Term, ...]:
    """The terms in their order, those of one role added up. Raises `PolicyError`."""
    if len(text) > LONGEST:
        raise PolicyError(f"This policy is longer than {LONGEST} characters. {_EXAMPLE}")
    if not text.strip():
        raise PolicyError(f"This policy is empty. {_EXAMPLE}")
    counts: Counter[str] = Counter()
    for part in _PLUS.split(text.strip()):
        count, role = _term(part)
        counts[role] += count
    if counts.total() > MOST_PEOPLE:
        raise PolicyError(
            f"`{text.strip()}` asks for {counts.total()} people; at most {MOST_PEOPLE} can be"
            " asked for."
        )
    return tuple(Term(count, role) for role, count in counts.items())


def _term(part: str) -> tuple[int, str]:
    found = _TERM.fullmatch(part)
    if found is None:
        raise PolicyError(f"`{part[:60]}` is not a number and a role. {_EXAMPLE}")
    count, role = int(found["count"] or 1), _role(found["name"])
    if count < 1:
        raise PolicyError(f"`{part}` asks for nobody. {_EXAMPLE}")
    if role == "viewer":
        raise PolicyError(f"Viewers only look on; they cannot approve. {_EXAMPLE}")
    return count, role


def _role(name: str) -> str:
    role = slug(name)
    singular = role.removesuffix("s")
    return singular if singular in (*ROLES, "viewer") else role


def slug(name: str) -> str:
    """A group's name as policies are compared: "Data Base" and "data-base" are the same."""
    return re.sub(r"[\W_]+", "-", name.strip().casefold()).strip("-")


def seats(
    terms: Sequence[Term], people: Mapping[Person, Collection[str]]
) -> tuple[Seat[Person], ...]:
    """Every place in order, filled with as many of the people as can be.

    `people` says for each, the first to come first, which roles and groups they count as.
    """
    places = [term.role for term in terms for _ in range(term.count)]
    taken: dict[int, Person] = {}
    for person in people:
        _place(person, places, people, taken, set())
    return tuple(Seat(role, taken.get(number)) for number, role in enumerate(places))


def _place(
    person: Person,
    places: Sequence[str],
    people: Mapping[Person, Collection[str]],
    taken: dict[int, Person],
    tried: set[int],
) -> bool:
    """Seat the person, asking those who sit already to move on: an augmenting path."""
    for number, role in enumerate(places):
        if role not in people[person] or number in tried:
            continue
        tried.add(number)
        if number not in taken or _place(taken[number], places, people, taken, tried):
            taken[number] = person
            return True
    return False


def is_met(terms: Sequence[Term], people: Mapping[Person, Collection[str]]) -> bool:
    return not missing(terms, people)


def missing(terms: Sequence[Term], people: Mapping[Person, Collection[str]]) -> tuple[Term, ...]:
    """What is still open, () when the policy is met."""
    still = Counter(seat.role for seat in seats(terms, people) if seat.person is None)
    return tuple(Term(count, role) for role, count in still.items())


def covers(stricter: Sequence[Term], other: Sequence[Term]) -> bool:
    """Whether whoever meets the first policy also meets the second."""
    has = {term.role: term.count for term in stricter}
    return all(has.get(term.role, 0) >= term.count for term in other)
