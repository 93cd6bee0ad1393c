"""Reads `--filter`: terms side by side or joined by AND, or by OR; both together need parentheses.

The words of refusal are gcloud's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.language.expressions import OPERATORS, Reader, UnknownFunction, Unreadable
from runbook.commands.language.filter_terms import Anywhere, Term, term_of
from runbook.commands.language.keys import Key, key_name
from runbook.commands.language.transforms import Transform, read_transform
from runbook.document.definition import Json

Predicate: TypeAlias = Callable[[Json], bool]

_LOGICAL = ("AND", "NOT", "OR")
_SIGNS = (":", "=", "!=", "<", "<=", ">=", ">", "~", "!~")
_FIRST, _SECOND = ":=!<>~", "=~"
_DEEPEST = 60


def read_filter(reader: Reader) -> tuple[Predicate, list[Term]]:
    """Whether a resource matches, and the comparisons of which that consists."""
    parser = _Parser(reader)
    return parser.whole(), parser.terms


def _always(resource: Json) -> bool:  # noqa: ARG001 (a predicate)
    return True


class _Parser:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.terms: list[Term] = []
        self.joins: list[set[str]] = [set()]
        self.depth = 0

    def whole(self) -> Predicate:
        predicate = self.expression()
        if not self.reader.is_at_end():
            raise self.reader.refuse("Unexpected tokens [{}] in expression.")
        return predicate or _always

    def expression(self, *, must: bool = False) -> Predicate | None:
        """Terms side by side."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotRunnable("This filter has too many terms.")
        left = self._or(must=False)
        if left is None:
            if must:
                raise self.reader.refuse("Term expected [{}].")
            return None
        if self._ends_here():
            return left
        right = self.expression(must=True)
        return _both(left, right)

    def _ends_here(self) -> bool:
        reader = self.reader
        is_joined = reader.is_name("AND", stay=True) or reader.is_name("OR", stay=True)
        return is_joined or bool(reader.peek(")")) or reader.is_at_end()

    def _or(self, *, must: bool) -> Predicate | None:
        left = self._and(must=False)
        if left is None:
            if must:
                raise self.reader.refuse("Term expected [{}].")
            return None
        if not self.reader.is_name("OR"):
            return left
        self._join("OR")
        return _either(left, self._or(must=True))

    def _and(self, *, must: bool) -> Predicate | None:
        left = self._negated()
        if left is None:
            if must:
                raise self.reader.refuse("Term expected [{}].")
            return None
        if not self.reader.is_name("AND"):
            return left
        self._join("AND")
        return _both(left, self._and(must=True))

    def _join(self, name: str) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotRunnable("This filter has too many terms.")
        self.joins[-1].add(name)
        if len(self.joins[-1]) > 1:
            raise self.reader.refuse(
                "Parenthesis grouping is required when AND and OR are are combined [{}]."
            )

    def _negated(self) -> Predicate | None:
        if self.reader.is_name("NOT"):
            return _not(self._term(must=True))
        return self._term(must=False)

    def _term(self, *, must: bool) -> Predicate | None:
        reader, here = self.reader, self.reader.at
        if not reader.skip_space():
            if must:
                raise reader.refuse("Term expected [{}].", here)
            return None
        if reader.peek(")"):
            return None
        if reader.take("("):
            return self._group()
        is_negated = bool(reader.take("-"))
        predicate = self._comparison()
        return _not(predicate) if is_negated else predicate

    def _group(self) -> Predicate | None:
        self.joins.append(set())
        inner = self.expression()
        self.reader.take(")")
        self.joins.pop()
        return inner

    def _comparison(self) -> Predicate:
        here = self.reader.at
        fault: Unreadable | None = None
        key: Key = ()
        transform: Transform | None = None
        word = ""
        try:
            key, transform = self._key()
        except Unreadable as refusal:
            fault = refusal
            self.reader.at = here
            word = self.reader.word(OPERATORS, space=False) or ""
        before = self.reader.at
        sign = self._sign()
        if sign:
            if fault is not None:
                raise fault
            return self._compared(key, sign, transform)
        return self._anywhere(key, transform, word, fault, before)

    def _anywhere(
        self, key: Key, transform: Transform | None, word: str, fault: Unreadable | None, at: int
    ) -> Predicate:
        """A word on its own is looked for in every value."""
        if transform is not None:
            if key:
                raise self.reader.refuse("Operator expected [{}].", at)
            return lambda resource: bool(transform.apply(resource))
        if word in ("AND", "OR"):
            raise self.reader.refuse("Term expected [{}].")
        if isinstance(fault, UnknownFunction):
            raise fault
        if fault is not None and not word:
            raise NotRunnable("gcloud crashes on a term without a name.", gcloud_exit=1)
        return Anywhere(word or key_name(key, quoted=False))

    def _key(self) -> tuple[Key, Transform | None]:
        reader, here = self.reader, self.reader.at
        key = reader.key()
        if key and key[0] in _LOGICAL:
            raise reader.refuse("Term expected [{}].", here)
        if reader.take("(", at_end_too=True):
            if not key:
                raise reader.refuse("Non-empty key name expected [{}].", here)
            return key[:-1], read_transform(reader, str(key[-1]), 0)
        return key, None

    def _sign(self) -> str:
        reader = self.reader
        if not reader.skip_space():
            return ""
        here = reader.at
        sign = reader.take(_FIRST)
        if not sign:
            return ""
        if not reader.is_at_end():
            sign += reader.take(_FIRST + _SECOND)
        if sign not in _SIGNS:
            raise reader.refuse("Malformed operator [{}].", here)
        reader.skip_space("Term operand")
        return sign

    def _compared(self, key: Key, sign: str, transform: Transform | None) -> Predicate:
        reader = self.reader
        reader.skip_space("Operand")
        here = reader.at
        if any(reader.is_name(name) for name in _LOGICAL):
            raise reader.refuse("Logical operator not expected [{}].", here)
        operands: list[str] | str | None
        if sign in (":", "=") and reader.take("("):
            operands = [word for word in reader.arguments(" \t\n,") if word not in _LOGICAL]
        else:
            operands = reader.word("()")
        if operands is None:
            raise reader.refuse("Term operand expected [{}].", here)
        term = term_of(key, sign, operands, transform)
        self.terms.append(term)
        return term


def _not(predicate: Predicate | None) -> Predicate:
    if predicate is None:
        raise NotRunnable("gcloud crashes on a NOT without a term.", gcloud_exit=1)
    return lambda resource: not predicate(resource)


def _both(left: Predicate, right: Predicate | None) -> Predicate:
    return lambda resource: left(resource) and (right is None or right(resource))


def _either(left: Predicate, right: Predicate | None) -> Predicate:
    return lambda resource: left(resource) or (right is not None and right(resource))
