"""Which certificate a target HTTPS proxy serves for a host, and what a PEM text says of itself."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from runbook.simulator.store import Resource, Store


def served_for(store: Store, proxy: str, host: str) -> Resource | None:
    """The first certificate of the proxy that names the host and is not still provisioned."""
    for certificate in certificates_of(store, proxy):
        if status_of(certificate) == "ACTIVE" and _is_named(host, certificate):
            return certificate
    return None


def _is_named(host: str, certificate: Resource) -> bool:
    """A wildcard stands for one label."""
    return bool({host, f"*.{host.partition('.')[2]}"} & set(names_in(certificate)))


def certificates_of(store: Store, proxy: str) -> list[Resource]:
    """The certificates of a target HTTPS proxy, in its order."""
    root = f"compute/projects/{store.place.project}/global"
    found = store.get(f"{root}/targetHttpsProxies/{proxy}") or {}
    names = [str(link).rpartition("/")[2] for link in found.get("sslCertificates", [])]
    held = (store.get(f"{root}/sslCertificates/{name}") for name in names)
    return [certificate for certificate in held if certificate]


def names_in(certificate: Resource) -> list[str]:
    managed = (certificate.get("managed") or {}).get("domains", [])
    names: list[str] = managed or certificate.get("subjectAlternativeNames", [])
    return names


def status_of(certificate: Resource) -> str:
    """A certificate of one's own is active as soon as it is there."""
    return str((certificate.get("managed") or {}).get("status", "ACTIVE"))


def expired_at(store: Store, certificate: Resource) -> str:
    """When a certificate ended that nobody renews; "" for one that is good."""
    ends = str(certificate.get("expireTime", ""))
    if certificate.get("type") != "SELF_MANAGED" or not ends:
        return ""
    return ends if datetime.fromisoformat(ends).timestamp() <= store.now() else ""


def told_by(pem: str) -> tuple[list[str], float] | None:
    """The names in a certificate and when it ends; None for a text that is none."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        extension = found.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return [], found.not_valid_after_utc.timestamp()
    except ValueError:
        return None
    assert isinstance(extension.value, x509.SubjectAlternativeName)  # noqa: S101 - asked for by id
    names = extension.value.get_values_for_type(x509.DNSName)
    return names, found.not_valid_after_utc.timestamp()
