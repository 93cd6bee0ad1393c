"""`--filter`: gcloud's list filters, evaluated here as gcloud does on the client's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbook.commands.language.expressions import Reader
from runbook.commands.language.filter_grammar import Predicate, read_filter
from runbook.commands.language.filter_terms import Term
from runbook.commands.language.keys import Key, contains
from runbook.document.definition import Json


@dataclass(slots=True)
class Filter:
    """Says whether a resource matches. After the last resource `notes` are gcloud's warnings.

    Made for one run: what it saw of the first resources decides how later ones are compared.
    """

    matches: Predicate
    terms: list[Term] = field(default_factory=list)
    _missing: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._missing = {term.key for term in self.terms}

    def __call__(self, resource: Json) -> bool:
        self._missing = {key for key in self._missing if not contains(resource, key)}
        return self.matches(resource)

    def notes(self) -> list[str]:
        """Matches that Google will change (one for `:`, one for `=` and `!=`), and unknown keys."""
        found: dict[str, str] = {}
        for term in self.terms:
            if term.note:
                found.setdefault(term.note_kind, term.note)
        notes = list(found.values())
        if self._missing:
            names = sorted(".".join(map(str, key)) for key in self._missing)
            notes.append(
                "WARNING: The following filter keys were not present in any resource : "
                + ", ".join(names)
            )
        return notes


def parse_filter(text: str, aliases: Mapping[str, Key] | None = None) -> Filter:
    """Raises NotRunnable. `aliases` are names that stand for paths, such as a table's headings."""
    matches, terms = read_filter(Reader(text, aliases or {}))
    return Filter(matches, terms)
