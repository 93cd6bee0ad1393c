"""Commands that read one resource or a list of them and print what gcloud prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands import belonging
from runbook.commands.base import Caution, Effect, Emit, Outcome, Plan, Probe
from runbook.commands.filter import parse_filter
from runbook.commands.gcloud_grammar import Arguments
from runbook.commands.keys import Key, get, parse_key
from runbook.commands.sentences import outcome_of
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Reading:
    """`fetch` gives a resource, or a list of them for a `list`; `note` is printed before it.

    `seen` is what columns, filters and sort keys find in a resource where gcloud shows them more
    than the resource has; JSON and YAML print what was fetched. `words` prints where no `--format`
    was given and gcloud has a text of its own.
    """

    arguments: Arguments
    resource: str
    fetch: Callable[[Session, Arguments], Json]
    note: str = ""
    seen: Callable[[Json], Json] | None = None
    words: Callable[[Json], str] | None = None

    @property
    def name(self) -> str:
        return self.arguments.name

    @property
    def effect(self) -> Effect:
        return Effect.READS

    @property
    def project(self) -> str:
        return self.arguments.project

    def as_gcloud(self) -> str:
        return self.arguments.as_gcloud()

    def outside(self, target: Target) -> str:
        return belonging.outside(self.project, self.resource, target)

    def cautions(self) -> tuple[Caution, ...]:
        return ()

    def plan(self, session: Session) -> Plan:  # noqa: ARG002 (part of the contract)
        return Plan(self.resource, before=None, after=None, changes=(), fingerprint="")

    def execute(
        self,
        session: Session,
        emit: Emit,
        plan: Plan | None = None,  # noqa: ARG002 (part of the contract)
    ) -> Outcome:
        try:
            found = self.fetch(session, self.arguments)
        except CloudError as error:
            return outcome_of(error, self.resource)
        if isinstance(found, list):
            found = _chosen(found, self.arguments, self.seen)
        printed = self._printed(found)
        if self.note:
            emit(self.note, "stderr")
        if printed:
            emit(printed.removesuffix("\n"))
        return Outcome("succeeded", _summary(found), found)

    def _printed(self, found: Json) -> str:
        if self.words is not None and not self.arguments.format:
            return self.words(found)
        printed = self.arguments.printed
        seen = self.seen if printed.has_columns else None
        if isinstance(found, list):
            return printed.print_many([_shown(seen(item) if seen else item) for item in found])
        return printed.print_one(_shown(seen(found) if seen else found))

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "This command only reads.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("not applied", "This command only reads; run it again.")


def _chosen(
    found: list[Json], arguments: Arguments, seen: Callable[[Json], Json] | None
) -> list[Json]:
    """`--filter`, `--sort-by` and `--limit`, in gcloud's order."""
    pairs = [(seen(item) if seen else item, item) for item in found]
    if arguments.filter:
        matches = parse_filter(arguments.filter)
        pairs = [pair for pair in pairs if matches(pair[0])]
    for name in reversed([name for name in arguments.sort_by.split(",") if name]):
        by = partial(_sort_text, parse_key(name.removeprefix("~")))
        pairs = sorted(pairs, key=by, reverse=name.startswith("~"))
    found = [item for _seen, item in pairs]
    return found[: arguments.limit] if arguments.limit else found


def _shown(value: Json) -> Json:
    """gcloud prints no lists that are empty."""
    if isinstance(value, dict):
        return {name: _shown(item) for name, item in value.items() if item != []}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def _sort_text(key: Key, pair: tuple[Json, Json]) -> str:
    return str(get(pair[0], key) or "")


def _summary(found: Json) -> str:
    if not isinstance(found, list):
        return "Read."
    return "Listed 0 items." if not found else f"Listed {len(found)} item{'s' * (len(found) > 1)}."
