"""Cloud Run services: update-traffic, which shares requests among revisions."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.base import (
    Command,
    Effect,
    Emit,
    FieldChange,
    NotRunnable,
    Outcome,
    Plan,
    Probe,
    aside,
)
from runbook.commands.changing import Changing, Resource, Undo, compare
from runbook.commands.cloud_run.deployment import busy, said_of_failure, with_readiness
from runbook.commands.cloud_run.regions import check_region
from runbook.commands.cloud_run.resource import label, object_at, objects_at, ready, text_at
from runbook.commands.cloud_run.traffic import (
    LATEST,
    TAGS_PATH,
    WHOLE,
    percents,
    tags,
    with_percents,
    with_tags,
)
from runbook.commands.cloud_run.undo import undo_of_traffic
from runbook.commands.cloud_run.words import traffic_words
from runbook.commands.gcloud.run_services import service_name
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_UPDATE = Grammar(
    "run services update-traffic",
    operand="SERVICE",
    asks_for_operand=True,
    scope="region",
    schema="run.v1.Service",
    flags=(
        Flag("clear-tags", "boolean"),
        Flag("remove-tags", "list"),
        Flag("set-tags", "mapping", may_be_empty=True),
        Flag("to-latest", "boolean"),
        Flag("to-revisions", "mapping", may_be_empty=True),
        Flag("to-tags", "mapping", may_be_empty=True),
        Flag("update-tags", "mapping", may_be_empty=True),
    ),
    exclusive=(
        ("to-latest", "to-revisions"),
        ("to-latest", "to-tags"),
        ("to-revisions", "to-tags"),
        ("set-tags", "update-tags"),
        ("set-tags", "remove-tags"),
        ("set-tags", "clear-tags"),
        ("clear-tags", "update-tags"),
        ("clear-tags", "remove-tags"),
    ),
)


@dataclass(frozen=True, slots=True)
class TrafficUpdate(Changing):
    """Shares the traffic of the service anew. No revision is made."""

    @property
    def resource(self) -> str:
        return service_name(self.arguments)

    def read(self, session: Session) -> Resource:
        words = self.arguments
        return session.run.service(words.project, words.region, words.operand)

    def changed(self, before: Resource | None) -> Resource:
        after = copy.deepcopy(before or {})
        targets = with_tags(
            objects_at(after, "spec", "traffic"),
            self._tags(),
            set(self.arguments.items("remove-tags")),
            only_added=self._drops_other_tags(),
        )
        wanted = self._by_revision(tags({"spec": {"traffic": list(targets)}}))
        if wanted and not _mistakes(wanted, before):
            targets = with_percents(targets, wanted)
        object_at(after, "spec")["traffic"] = [dict(target) for target in targets]
        return after

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        shared: dict[str, Json] = {
            f"spec.traffic.{key}": now for key, now in percents(resource).items()
        }
        return shared | {f"{TAGS_PATH}{tag}": key for tag, key in tags(resource).items()}

    def fingerprint(self, resource: Resource | None) -> str:
        return text_at(resource, "metadata", "resourceVersion")

    def busy(self, session: Session) -> str:
        return busy(session, self.arguments)

    def refusals(self, session: Session, before: Resource | None) -> Sequence[str]:
        known = tags(self.changed(before))
        untagged = [tag for tag in self.arguments.mapping("to-tags") if tag not in known]
        if untagged:
            name = self.arguments.operand
            return [
                f"There is no revision tagged with [{tag}] in the traffic allocation for [{name}]."
                for tag in untagged
            ]
        return [*_mistakes(self._by_revision(known), before), *self._unknown(session)]

    def warnings(
        self, session: Session, before: Resource | None, changes: Sequence[FieldChange]
    ) -> Sequence[str]:
        if not changes:
            return ["The traffic is already shared like this; nothing would change."]
        serving = text_at(before, "status", "latestReadyRevisionName")
        after = percents(self.changed(before))
        found = [
            f"The revision {key} is not ready; Google does not send it traffic."
            for key in after
            if key != LATEST and not self._is_ready(session, key)
        ]
        if LATEST in percents(before) and LATEST not in after:
            found.append(
                f"Revisions that are made from now on get no traffic by themselves; the newest is "
                f"{serving}."
            )
        return found

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:
        return undo_of_traffic(self.arguments, before, changes)

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = self.read(session)
        return with_readiness(compare(plan, self.fields(found), found))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        words, say = self.arguments, aside(emit)
        body = self.changed(found)
        service = session.run.replace_service(words.project, words.region, words.operand, body)
        with sent(f"the sharing of {words.operand}'s traffic"):
            say("Updating traffic...")
            settled = session.run.wait(words.project, words.region, service, say)
        why = said_of_failure(settled)
        if why:
            emit(traffic_words(settled).removesuffix("\n"))
            return Outcome("failed", why, settled)
        message = f"Shared the traffic of {words.operand}."
        with ended(message):
            say("Done.")
            emit(traffic_words(settled).removesuffix("\n"))
        return Outcome("succeeded", message, settled)

    def _tags(self) -> dict[str, str]:
        return self.arguments.mapping("update-tags") or self.arguments.mapping("set-tags")

    def _drops_other_tags(self) -> bool:
        return bool(self.arguments.flag("set-tags") or self.arguments.flag("clear-tags"))

    def _by_revision(self, known: Mapping[str, str]) -> dict[str, int]:
        """The percents asked for, by revision or `LATEST`."""
        if self.arguments.flag("to-latest"):
            return {LATEST: WHOLE}
        by_tag = self.arguments.mapping("to-tags")
        if by_tag:
            return {known[tag]: int(text) for tag, text in by_tag.items() if tag in known}
        return {key: int(text) for key, text in self.arguments.mapping("to-revisions").items()}

    def _unknown(self, session: Session) -> list[str]:
        """Revisions that are named and do not exist, or are another service's."""
        named = {*self.arguments.mapping("to-revisions"), *self._tags().values()} - {LATEST}
        found: list[str] = []
        for name in sorted(named):
            revision = self._revision(session, name)
            if revision is None:
                found.append(f"There is no revision {name} in {self.arguments.region}.")
            elif label(revision, "serving.knative.dev/service") != self.arguments.operand:
                found.append(f"{name} is not a revision of {self.arguments.operand}.")
        return found

    def _is_ready(self, session: Session, name: str) -> bool:
        revision = self._revision(session, name)
        return revision is None or ready(revision) != "False"

    def _revision(self, session: Session, name: str) -> Resource | None:
        try:
            return session.run.revision(self.arguments.project, self.arguments.region, name)
        except CloudError as error:
            if error.kind == "NOT_FOUND":
                return None
            raise


def _mistakes(wanted: Mapping[str, int], before: Resource | None) -> list[str]:
    """gcloud's words for percents that do not add up."""
    others = set(percents(before)) - set(wanted)
    if sum(wanted.values()) > WHOLE:
        return ["Over 100% of traffic is specified."]
    if wanted and not others and sum(wanted.values()) < WHOLE:
        reason = "Every target with traffic is updated but 100% of traffic has not been specified."
        return [reason]
    return []


def _parse_update(words: Sequence[str]) -> Command:
    check_region(_UPDATE, words)
    arguments = read_arguments(words, _UPDATE)
    if not arguments.flags:
        raise NotRunnable("No traffic configuration change requested.", gcloud_exit=1)
    if arguments.format:
        raise NotRunnable("How the traffic is shared is told in gcloud's own words only.")
    _check_percents(arguments)
    return TrafficUpdate(arguments)


def _check_percents(arguments: Arguments) -> None:
    shared = arguments.mapping("to-revisions") | arguments.mapping("to-tags")
    for text in shared.values():
        if not text.lstrip("-").isdecimal():
            raise NotRunnable(f"Traffic percentage value {text} is not an integer.", gcloud_exit=1)
        if not 0 <= int(text) <= WHOLE:
            raise NotRunnable(
                f"Traffic percentage value {text} is not between 0 and 100.", gcloud_exit=1
            )


KINDS = (
    CommandKind(
        f"gcloud {_UPDATE.name}",
        Effect.CHANGES,
        "Shares the traffic of a Cloud Run service among its revisions.",
        _parse_update,
    ),
)
