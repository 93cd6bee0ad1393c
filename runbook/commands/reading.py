"""Commands that read one resource or a list of them and print what gcloud prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError, PartlyReadError
from runbook.commands import belonging
from runbook.commands.base import Emit, NotRunnable, Outcome, Plan
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.listing import Cut, chosen
from runbook.commands.reads_only import ReadsOnly
from runbook.commands.sentences import outcome_of
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Reading(ReadsOnly):
    """`fetch` gives a resource, or a list of them for a `list`; `note` is printed before it.

    `seen` is what columns, filters and sort keys find in a resource where gcloud shows them more
    than the resource has; JSON and YAML print what was fetched. `words` prints where no `--format`
    was given and gcloud has a text of its own. `cut` is when `--limit` takes effect, `uri` the
    address of an item, which `--uri` prints in its place.
    """

    arguments: Arguments
    resource: str
    fetch: Callable[[Session, Arguments], Json]
    note: str = ""
    seen: Callable[[Json], Json] | None = None
    words: Callable[[Json], str] | None = None
    cut: Cut = "at the end"
    uri: Callable[[Json], str] | None = None

    @property
    def name(self) -> str:
        return self.arguments.name

    @property
    def project(self) -> str:
        return self.arguments.project

    def as_gcloud(self) -> str:
        return self.arguments.as_gcloud()

    def outside(self, target: Target) -> str:
        return belonging.outside(self.project, self.resource, target)

    def execute(
        self,
        session: Session,
        emit: Emit,
        plan: Plan | None = None,  # noqa: ARG002 (part of the contract)
    ) -> Outcome:
        try:
            found = self._show(self.fetch(session, self.arguments), emit)
        except PartlyReadError as error:
            found = self._show(error.found, emit)
            return replace(outcome_of(error, self.resource), result=found)
        except CloudError as error:
            return outcome_of(error, self.resource)
        except NotRunnable as refusal:
            return Outcome("failed", refusal.reason)
        return Outcome("succeeded", _summary(found), found)

    def _show(self, found: Json, emit: Emit) -> Json:
        """What of it was asked for, once it is printed; a single resource stays whole."""
        notes: list[str] = []
        shown = found
        if isinstance(found, list) or self.arguments.flatten:
            items = found if isinstance(found, list) else [found]
            shown, notes = chosen(items, self.arguments, self._filtered_as, self.cut)
            found = shown if isinstance(found, list) else found
            shown = self._addresses(shown)
        printed = self._printed(shown)
        for note in notes:
            emit(note, "stderr")
        if self.note:
            emit(self.note, "stderr")
        if printed:
            emit(printed.removesuffix("\n"))
        return found

    def _addresses(self, items: list[Json]) -> list[Json]:
        """What stands for the items where their addresses were asked for, else the items."""
        if self.uri is None or not self.arguments.flag("uri"):
            return items
        return [self.uri(item) for item in items]

    def _printed(self, found: Json) -> str:
        if isinstance(found, list) and self.arguments.flag("uri") and not self.arguments.format:
            return "".join(f"{address}\n" for address in found)
        if self.words is not None and not self.arguments.format:
            return self.words(found)
        printed = self.arguments.printed
        seen = self.seen if printed.has_columns else None
        if isinstance(found, list):
            shown = [_shown(seen(item) if seen else item) for item in found]
            return printed.print_many(shown, self.arguments.page_size)
        return printed.print_one(_shown(seen(found) if seen else found))

    def _filtered_as(self, item: Json) -> Json:
        return _shown(self.seen(item) if self.seen else item)


def _shown(value: Json) -> Json:
    """gcloud prints no lists that are empty."""
    if isinstance(value, dict):
        return {name: _shown(item) for name, item in value.items() if item != []}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def _summary(found: Json) -> str:
    if not isinstance(found, list):
        return "Read."
    return "Listed 0 items." if not found else f"Listed {len(found)} item{'s' * (len(found) > 1)}."
