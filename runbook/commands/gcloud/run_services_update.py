"""Cloud Run services: update, which makes a new revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.commands.base import (
    Command,
    Effect,
    Emit,
    FieldChange,
    NotRunnable,
    Outcome,
    Plan,
    Probe,
)
from runbook.commands.changing import Changing, Resource, Undo, compare
from runbook.commands.cloud_run.changes import (
    RUNNING_IMAGE,
    body_of,
    creates_revision,
    update_fields,
    updated,
)
from runbook.commands.cloud_run.concerns import update_refusals, update_warnings
from runbook.commands.cloud_run.deployment import (
    busy,
    deployed,
    said_of_failure,
    tell_end,
    with_readiness,
)
from runbook.commands.cloud_run.environment import conflicts, given
from runbook.commands.cloud_run.regions import check_region
from runbook.commands.cloud_run.resource import main_container, template, text_at
from runbook.commands.cloud_run.undo import undo_of_update
from runbook.commands.gcloud.run_services import service_name
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.sending import ended, sent
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_COUNT = r"default|\d{1,4}"
_NO_CONCURRENCY = 'Bad value [{}]: must be an integer greater than 0 or "default".'
_UPDATE = Grammar(
    "run services update",
    operand="SERVICE",
    asks_for_operand=True,
    scope="region",
    schema="run.v1.Service",
    flags=(
        Flag("clear-env-vars", "boolean"),
        Flag("clear-secrets", "boolean"),
        Flag("clear-vpc-connector", "boolean"),
        Flag("concurrency", pattern=r"default|0*[1-9]\d{0,8}", outside=_NO_CONCURRENCY),
        Flag("cpu", pattern=r"\d{1,2}(?:\.\d{1,3})?|\d{2,5}m"),
        Flag("cpu-throttling", "boolean"),
        Flag("image", pattern=r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,511}"),
        Flag("max-instances", pattern=_COUNT),
        Flag("memory", pattern=r"\d{1,7}(?:\.\d{1,3})?(?:k|M|G|Ki|Mi|Gi)?"),
        Flag("min-instances", pattern=_COUNT),
        Flag("remove-env-vars", "list"),
        Flag("remove-secrets", "list"),
        Flag("service-account", pattern=r"[A-Za-z0-9.@-]{1,200}"),
        Flag("set-env-vars", "mapping", may_be_empty=True),
        Flag("set-secrets", "mapping", may_be_empty=True),
        Flag("timeout", "duration", least=1),
        Flag("update-env-vars", "mapping", may_be_empty=True),
        Flag("update-secrets", "mapping", may_be_empty=True),
        Flag(
            "vpc-connector",
            pattern=r"(?:projects/[a-z0-9.:-]+/locations/[a-z0-9-]+/connectors/)?[a-z][-a-z0-9]{0,62}",
        ),
        Flag("vpc-egress", "choice", choices=("all", "all-traffic", "private-ranges-only")),
        Flag("no-traffic", "boolean"),
    ),
    exclusive=tuple(
        (f"{one}-{kind}", f"{other}-{kind}")
        for kind in ("env-vars", "secrets")
        for one, other in (
            ("set", "update"),
            ("set", "remove"),
            ("set", "clear"),
            ("clear", "update"),
            ("clear", "remove"),
        )
    ),
)
_NOTHING_ASKED = (
    "No configuration change requested. Did you mean to include the flags `--update-env-vars`, "
    "`--memory`, `--concurrency`, `--timeout`, `--connectivity`, `--image`?"
)


@dataclass(frozen=True, slots=True)
class ServiceUpdate(Changing):
    """Makes a new revision of the service. Google moves traffic to it when it is ready."""

    @property
    def resource(self) -> str:
        return service_name(self.arguments)

    def read(self, session: Session) -> Resource:
        """With the image that runs, by digest: a tag may stand for another image by now, and an
        update of something else must not bring that along."""
        words = self.arguments
        service = session.run.service(words.project, words.region, words.operand)
        image = text_at(main_container(template(service))[1], "image")
        newest = text_at(service, "status", "latestCreatedRevisionName")
        if "@sha256:" in image or not newest or not creates_revision(words):
            return service
        revision = session.run.revision(words.project, words.region, newest)
        return {**service, RUNNING_IMAGE: text_at(revision, "status", "imageDigest")}

    def changed(self, before: Resource | None) -> Resource:
        return updated(before or {}, self.arguments)

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return update_fields(resource)

    def fingerprint(self, resource: Resource | None) -> str:
        return text_at(resource, "metadata", "resourceVersion")

    def busy(self, session: Session) -> str:
        return busy(session, self.arguments)

    def refusals(self, session: Session, before: Resource | None) -> Sequence[str]:  # noqa: ARG002 (asks nobody)
        container = main_container(template(before))[1]
        return [
            *conflicts(container, self.arguments),
            *update_refusals(before or {}, self.arguments),
        ]

    def warnings(
        self, session: Session, before: Resource | None, changes: Sequence[FieldChange]
    ) -> Sequence[str]:
        return update_warnings(session, before or {}, self.arguments, changes)

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:
        return undo_of_update(self.arguments, before, changes)

    def verify(self, session: Session, plan: Plan) -> Probe:
        found = self.read(session)
        return with_readiness(compare(plan, self.fields(found), found))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        words = self.arguments
        body = body_of(self.changed(found), words, session.request_id)
        service = session.run.replace_service(words.project, words.region, words.operand, body)
        with sent(f"the deployment of {words.operand}"):
            settled = deployed(
                session, words, service, emit, makes_revision=creates_revision(words)
            )
        why = said_of_failure(settled)
        if why:
            return Outcome("failed", why, settled)
        message = f"Updated service {words.operand}."
        with ended(message):
            tell_end(settled, words, emit, makes_revision=creates_revision(words))
            if words.format:
                emit(words.printed.print_one(settled).removesuffix("\n"))
        return Outcome("succeeded", message, settled)


def _parse_update(words: Sequence[str]) -> Command:
    check_region(_UPDATE, words)
    arguments = read_arguments(words, _UPDATE)
    if not arguments.flags:
        raise NotRunnable(_NOTHING_ASKED, gcloud_exit=1)
    _check_secrets(arguments)
    return ServiceUpdate(arguments)


def _check_secrets(arguments: Arguments) -> None:
    secrets = given(arguments, "secrets")
    if any(name.startswith("/") for name in (*secrets, *arguments.items("remove-secrets"))):
        raise NotRunnable("Secrets in mounted files are not changed from here.")
    for name, value in secrets.items():
        if value.startswith("projects/"):
            raise NotRunnable("Secrets of other projects are not used from here.")
        if ":" not in value:
            raise NotRunnable(
                f"No secret version specified for {name}. Use {name}:latest to reference the "
                "latest version.",
                gcloud_exit=1,
            )


KINDS = (
    CommandKind(
        f"gcloud {_UPDATE.name}",
        Effect.CHANGES,
        "Makes a new revision of a Cloud Run service with other settings.",
        _parse_update,
    ),
)
