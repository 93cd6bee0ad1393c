"""TLS certificates of load balancers: create, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from runbook.commands.base import (
    Caution,
    Command,
    Effect,
    Emit,
    FieldChange,
    NotRunnable,
    Outcome,
    aside,
)
from runbook.commands.changing import Resource, Undo, fingerprint_of, or_none
from runbook.commands.compute_changes import ComputeChange, written
from runbook.commands.gcloud.ssl_certificates import SCHEMA, TABLE
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.language.keys import get
from runbook.commands.sending import ended
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_CREATE = Grammar(
    "compute ssl-certificates create",
    operand="SSL_CERTIFICATE",
    scope="global or region",
    flags=(
        Flag("description", pattern=r"[^\x00-\x1f]{0,2048}"),
        Flag(
            "domains", "list", pattern=r"(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
        ),
    ),
    default_format=TABLE,
    schema=SCHEMA,
)
_DELETE = Grammar(
    "compute ssl-certificates delete",
    operand="SSL_CERTIFICATE",
    takes_more=True,
    scope="global or region",
    schema=SCHEMA,
)
_MOST_DOMAINS = 100
_PROVISIONING = (
    "A new managed certificate stays PROVISIONING until a target proxy holds it and every domain's "
    "DNS points at that load balancer; then it takes up to an hour."
)


@dataclass(frozen=True, slots=True)
class CertificateCreate(ComputeChange):
    """Asks Google for a managed certificate."""

    collection: ClassVar[str] = "sslCertificates"

    @property
    def domains(self) -> tuple[str, ...]:
        return self.arguments.items("domains")

    def cautions(self) -> tuple[Caution, ...]:
        wild = [domain for domain in self.domains if "*" in domain]
        if not wild:
            return ()
        flags = (f"--domains={','.join(self.domains)}", "--dns-authorizations=AUTHORIZATION")
        line = written(self.arguments, "certificate-manager certificates create", *flags)
        return (
            Caution("certificate-wildcard", _no_wildcard(wild[0]), line.replace(" --global", "")),
        )

    def read(self, session: Session) -> Resource | None:
        return or_none(lambda: self.found(session))

    def changed(self, before: Resource | None) -> Resource:  # noqa: ARG002 (there is none)
        return self._body()

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return _fields(resource)

    def refusals(self, session: Session, before: Resource | None) -> list[str]:  # noqa: ARG002 (asks nobody)
        found = [_no_wildcard(domain) for domain in self.domains if "*" in domain]
        if before is not None:
            found.append(f"A certificate {self.arguments.operand} already exists.")
        if len(self.domains) > _MOST_DOMAINS:
            found.append(f"A managed certificate holds at most {_MOST_DOMAINS} domains.")
        return found

    def warnings(
        self,
        session: Session,  # noqa: ARG002 (asks nobody)
        before: Resource | None,  # noqa: ARG002 (there is none)
        changes: Sequence[FieldChange],  # noqa: ARG002 (always the same)
    ) -> list[str]:
        return [_PROVISIONING]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (not needed)
        if before is not None:
            return Undo(why_not="There is nothing to undo.")
        return Undo(written(self.arguments, _DELETE.name))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (none)
        operation = session.compute.insert(
            self.collection, self.place, self._body(), session.request_id
        )
        self.wait(session, emit, operation)
        message = f"Created {self.arguments.operand}."
        with ended(message):
            aside(emit)(f"Created [{self.link}].")
            made = self.read(session)
            emit(self.arguments.printed.print_many([made]).removesuffix("\n"))
        return Outcome("succeeded", message, made)

    def _body(self) -> Resource:
        body: Resource = {
            "name": self.arguments.operand,
            "type": "MANAGED",
            "managed": {"domains": list(self.domains)},
        }
        description = self.arguments.text("description")
        return {**body, "description": description} if description else body


@dataclass(frozen=True, slots=True)
class CertificateDelete(ComputeChange):
    """Deletes a certificate that no proxy holds."""

    collection: ClassVar[str] = "sslCertificates"

    @property
    def effect(self) -> Effect:
        return Effect.DESTROYS

    def read(self, session: Session) -> Resource | None:
        return or_none(lambda: self.found(session))

    def changed(self, before: Resource | None) -> None:  # noqa: ARG002 (nothing is left of it)
        return None

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return _fields(resource)

    def fingerprint(self, resource: Resource | None) -> str:
        """Of which certificate it is: how far Google is with it does not matter any more."""
        return fingerprint_of([get(resource, ("id",)), self.fields(resource)])

    def refusals(self, session: Session, before: Resource | None) -> list[str]:
        if before is None:
            return [f"The certificate {self.arguments.operand} does not exist."]
        holders = [
            str(get(proxy, ("name",)))
            for proxy in session.compute.lists.everywhere("targetHttpsProxies", self.project)
            if self.link in _links(proxy)
        ]
        return [f"The proxy {name} holds this certificate." for name in holders]

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:  # noqa: ARG002 (never)
        if get(before, ("type",)) == "MANAGED":
            return Undo(
                why_not="A deleted certificate does not come back. A new one for the same domains "
                "has to be provisioned first, which takes up to an hour."
            )
        return Undo(
            why_not="A deleted certificate does not come back: Google never gives out its private "
            "key. It can only be created from the files it was made of."
        )

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:  # noqa: ARG002 (not needed)
        name = self.arguments.operand
        operation = session.compute.delete(self.collection, self.place, name, session.request_id)
        self.wait(session, emit, operation)
        message = f"Deleted {name}."
        with ended(message):
            aside(emit)(f"Deleted [{self.link}].")
        return Outcome("succeeded", message)


def _fields(certificate: Resource | None) -> dict[str, Json]:
    if certificate is None:
        return {}
    return {
        "name": certificate.get("name"),
        "type": certificate.get("type"),
        "managed.domains": get(certificate, ("managed", "domains")),
        "description": certificate.get("description") or None,
    }


def _no_wildcard(domain: str) -> str:
    return (
        f"Managed certificates of Compute Engine have no wildcards ('{domain}'); those of "
        "Certificate Manager do."
    )


def _links(proxy: Json) -> list[Json]:
    links = get(proxy, ("sslCertificates",))
    return links if isinstance(links, list) else []


def _parse_create(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _CREATE)
    if not arguments.items("domains"):
        raise NotRunnable(
            "Exactly one of (--domains | --certificate --private-key) must be specified.",
            written(arguments, _CREATE.name, "--domains=DOMAIN"),
            gcloud_exit=2,
        )
    if arguments.region:
        raise NotRunnable(
            "--domains flag is not supported for regional certificates",
            written(
                replace(arguments, region=""),
                _CREATE.name,
                f"--domains={','.join(arguments.items('domains'))}",
            ),
            gcloud_exit=1,
        )
    return CertificateCreate(arguments)


def _parse_delete(words: Sequence[str]) -> Command:
    return CertificateDelete(read_arguments(words, _DELETE))


KINDS = (
    CommandKind(
        f"gcloud {_CREATE.name}",
        Effect.CHANGES,
        "Asks Google for a managed certificate for domains.",
        _parse_create,
    ),
    CommandKind(
        f"gcloud {_DELETE.name}",
        Effect.DESTROYS,
        "Deletes a certificate that no proxy holds; it does not come back.",
        _parse_delete,
    ),
)
