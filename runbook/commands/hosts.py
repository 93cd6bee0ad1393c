"""Which hosts probes may touch: those the environment names, never an address of our network."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from runbook.cloud.target import Target


def refused_url(url: str, target: Target) -> str:
    """Why `url` must not be asked, as a whole sentence, or ""."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return f"'{url}' is not an address of the web."
    if host not in target.allowed_hosts and host not in target.routes:
        return f"{host} is not one of the hosts that {target.name} lets probes ask."
    return ""


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, metadata, multicast and reserved addresses."""
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not (mapped or found).is_multicast
