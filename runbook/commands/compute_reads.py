"""What commands that read Compute Engine share: one resource by its name, or all of a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from runbook.cloud.compute_place import Place
from runbook.commands.base import Command, Effect
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.grammar.list_flags import URI
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.commands.reading import Reading
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

REGIONS = Flag("regions", "list", pattern=r"[a-z]+-[a-z]+\d{1,2}", may_be_empty=True)
ZONES = Flag("zones", "list", pattern=r"[a-z]+-[a-z]+\d{1,2}-[a-z]")
GLOBAL_OR_REGIONS = (("global", "regions"),)


def place_of(arguments: Arguments) -> Place:
    return Place(arguments.project, arguments.region, arguments.zone)


def describing(
    collection: str,
    grammar: Grammar,
    summary: str,
    *,
    seen: Callable[[Json], Json] | None = None,
) -> CommandKind:
    """`describe`; `seen` is the resource as gcloud shows it."""

    def fetch(session: Session, arguments: Arguments) -> Json:
        found = session.compute.get(collection, place_of(arguments), arguments.operand)
        return seen(found) if seen else found

    def parse(words: Sequence[str]) -> Command:
        arguments = read_arguments(words, grammar)
        return Reading(arguments, place_of(arguments).path(collection, arguments.operand), fetch)

    return CommandKind(f"gcloud {grammar.name}", Effect.READS, summary, parse)


def listing(
    collection: str,
    grammar: Grammar,
    summary: str,
    *,
    is_wanted: Callable[[Arguments, Json], bool] | None = None,
    seen: Callable[[Json], Json] | None = None,
    spoken: Callable[[Json], str] | None = None,
) -> CommandKind:
    """`list` over all scopes, or over those that `--global`, `--regions` and `--zones` name.

    `is_wanted` chooses by flags of the command's own; `seen` and `spoken` are the `seen` and the
    `words` of a `Reading`.
    """
    grammar = replace(grammar, flags=(*grammar.flags, URI))

    def fetch(session: Session, arguments: Arguments) -> Json:
        found = items_of(session, collection, arguments)
        return [item for item in found if is_wanted is None or is_wanted(arguments, item)]

    def parse(words: Sequence[str]) -> Command:
        arguments = read_arguments(words, grammar)
        where = _listed(collection, arguments)
        return Reading(arguments, where, fetch, seen=seen, words=spoken, uri=self_link)

    return CommandKind(f"gcloud {grammar.name}", Effect.READS, summary, parse)


def self_link(item: Json) -> str:
    return str(get(item, ("selfLink",)))


def items_of(session: Session, collection: str, arguments: Arguments) -> list[Json]:
    places = _places(arguments)
    if places:
        return session.compute.lists.of(collection, places)
    return session.compute.lists.everywhere(collection, arguments.project)


def _places(arguments: Arguments) -> list[Place]:
    """The places that the flags name; none is everywhere."""
    here = partial(Place, arguments.project)
    if arguments.is_global:
        return [here()]
    regions = [here(region=name) for name in sorted(arguments.items("regions"))]
    return regions or [here(zone=name) for name in sorted(arguments.items("zones"))]


def _listed(collection: str, arguments: Arguments) -> str:
    """The collection with the regions that are named, so that foreign ones are noticed."""
    regions = {place.region or place.zone.rpartition("-")[0] for place in _places(arguments)}
    return Place(arguments.project, ",".join(sorted(regions))).path(collection)
