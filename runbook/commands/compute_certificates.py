"""What a load balancer's certificates are good for at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from runbook.cloud.compute_place import Place
from runbook.commands.changing import Resource, or_none
from runbook.commands.language.keys import get
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

Certificates = Mapping[str, "Resource | None"]
"""By name; None is one that does not exist."""


def read_certificates(session: Session, place: Place, names: Sequence[str]) -> Certificates:
    """Raises `CloudError`."""
    read = partial(session.compute.get, "sslCertificates", place)
    return {name: or_none(partial(read, name)) for name in names}


def status(certificate: Json) -> str:
    """A managed certificate's own word; one that was brought along is ACTIVE from the start."""
    return str(get(certificate, ("managed", "status")) or "ACTIVE")


def domains(certificate: Json) -> list[str]:
    named = get(certificate, ("managed", "domains"))
    named = named or get(certificate, ("subjectAlternativeNames",))
    return [str(domain) for domain in named] if isinstance(named, list) else []


def problems(certificates: Certificates) -> list[str]:
    """Why a proxy cannot live on these alone."""
    missing = [name for name, found in certificates.items() if found is None]
    if missing:
        return [f"The certificate {name} does not exist." for name in missing]
    states = {name: status(found) for name, found in certificates.items()}
    if not states or "ACTIVE" in states.values():
        return []
    listed = ", ".join(f"{name} is {state}" for name, state in states.items())
    return [f"No certificate in the list is ACTIVE ({listed}), so visitors would get none."]


def domains_without(dropped: Certificates, kept: Certificates) -> list[str]:
    """Domains of what is dropped that no active certificate of those kept names."""
    covered = {domain for found in kept.values() if _is_active(found) for domain in domains(found)}
    before = [domain for found in dropped.values() for domain in domains(found)]
    return [domain for domain in dict.fromkeys(before) if domain not in covered]


def _is_active(certificate: Resource | None) -> bool:
    return certificate is not None and status(certificate) == "ACTIVE"
