"""Target HTTPS proxies, which hold a load balancer's certificates: describe, list, update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from runbook.commands.base import (
    Caution,
    Command,
    Effect,
    Emit,
    FieldChange,
    NotRunnable,
    Outcome,
)
from runbook.commands.changing import Resource, Undo
from runbook.commands.compute_certificates import domains_without, problems, read_certificates
from runbook.commands.compute_changes import LINK, ComputeChange, written
from runbook.commands.compute_reads import (
    GLOBAL_OR_REGIONS,
    REGIONS,
    describing,
    listing,
)
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_SCHEMA = "compute.v1.TargetHttpsProxy"
_UPDATE_NAME = "compute target-https-proxies update"
_DESCRIBE = Grammar(
    "compute target-https-proxies describe",
    operand="TARGET_HTTPS_PROXY",
    scope="global or region",
    schema=_SCHEMA,
)
_LIST = Grammar(
    "compute target-https-proxies list",
    scope="global",
    flags=(REGIONS,),
    exclusive=GLOBAL_OR_REGIONS,
    takes_more=True,
    is_list=True,
    default_format=(
        "table(name,sslCertificates.map().basename().list():label=SSL_CERTIFICATES,"
        "urlMap.basename(),region.basename(),certificateMap.basename())"
    ),
    schema=_SCHEMA,
)
_UPDATE = Grammar(
    _UPDATE_NAME,
    operand="TARGET_HTTPS_PROXY",
    scope="global or region",
    flags=(Flag("ssl-certificates", "list", pattern=r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"),),
    schema=_SCHEMA,
)
_MOST_CERTIFICATES = 15


@dataclass(frozen=True, slots=True)
class ProxyUpdate(ComputeChange):
    """Replaces the whole list of a proxy's certificates."""

    collection: ClassVar[str] = "targetHttpsProxies"

    @property
    def certificates(self) -> tuple[str, ...]:
        return self.arguments.items("ssl-certificates")

    def cautions(self) -> tuple[Caution, ...]:
        if len(self.certificates) != 1:
            return ()
        name = self.certificates[0]
        return (
            Caution(
                "certificate-list-replaced",
                f"This replaces the proxy's whole list of certificates: until {name} is ACTIVE "
                "visitors get no valid certificate. Keep the present one in the list.",
                written(
                    self.arguments, _UPDATE_NAME, f"--ssl-certificates=PRESENT_CERTIFICATE,{name}"
                ),
            ),
        )

    def changed(self, before: Resource | None) -> Resource:
        return {**(before or {}), **self._body()}

    def fields(self, resource: Resource | None) -> dict[str, Json]:
        return {"sslCertificates": (resource or {}).get("sslCertificates") or []}

    def refusals(self, session: Session, before: Resource | None) -> list[str]:
        if self.fields(before) == self._body():
            return []
        found = problems(read_certificates(session, self.place, self.certificates))
        kept = [name for name in _names(before) if name not in self.certificates]
        if kept and found and not any("does not exist" in problem for problem in found):
            names = ",".join([*kept, *self.certificates])
            line = written(self.arguments, _UPDATE_NAME, f"--ssl-certificates={names}")
            found[-1] += f" Keep what is there in the list until then: {line}"
        if len(self.certificates) > _MOST_CERTIFICATES:
            found.append(f"A proxy holds at most {_MOST_CERTIFICATES} certificates.")
        return found

    def warnings(
        self, session: Session, before: Resource | None, changes: Sequence[FieldChange]
    ) -> list[str]:
        found = [] if changes else ["The proxy already has these certificates."]
        if (before or {}).get("certificateMap"):
            found.append("The proxy has a certificate map; its list of certificates is not used.")
        dropped = [name for name in _names(before) if name not in self.certificates]
        bare = domains_without(
            read_certificates(session, self.place, dropped),
            read_certificates(session, self.place, self.certificates),
        )
        if bare:
            found.append(f"No active certificate would be left for {', '.join(bare)}.")
        present = read_certificates(session, self.place, _names(before)) if changes else {}
        if any(certificate is not None for certificate in present.values()) and problems(present):
            found.append("The way back will be refused: no certificate there now is ACTIVE.")
        return found

    def undo_of(self, before: Resource | None, changes: Sequence[FieldChange]) -> Undo:
        if not changes:
            return Undo(why_not="Nothing would change.")
        names = _names(before)
        if not names:
            return Undo(why_not="The proxy had no list of certificates before.")
        flag = f"--ssl-certificates={','.join(names)}"
        return Undo(written(self.arguments, _UPDATE_NAME, flag))

    def send(self, session: Session, emit: Emit, found: Resource | None) -> Outcome:
        if self.fields(found) == self._body():
            return Outcome("succeeded", "The proxy already has these certificates.", found)
        return self.patch(session, emit, found, self._body())

    def _body(self) -> Resource:
        paths = [self.place.path("sslCertificates", name) for name in self.certificates]
        return {"sslCertificates": [f"{LINK}/{path}" for path in paths]}


def _names(proxy: Resource | None) -> list[str]:
    links = (proxy or {}).get("sslCertificates")
    return [str(link).rpartition("/")[2] for link in links] if isinstance(links, list) else []


def _parse_update(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _UPDATE)
    if not arguments.items("ssl-certificates"):
        raise NotRunnable(
            "You must specify at least one of the things to change, such as [--ssl-certificates].",
            written(arguments, _UPDATE_NAME, "--ssl-certificates=PRESENT_CERTIFICATE,NEW"),
            gcloud_exit=1,
        )
    return ProxyUpdate(arguments)


KINDS = (
    describing(
        "targetHttpsProxies", _DESCRIBE, "Shows an HTTPS proxy and the certificates it holds."
    ),
    listing("targetHttpsProxies", _LIST, "Lists HTTPS proxies with their certificates."),
    CommandKind(
        f"gcloud {_UPDATE.name}",
        Effect.CHANGES,
        "Replaces the list of certificates that an HTTPS proxy holds.",
        _parse_update,
    ),
)
