"""Which hosts probes may touch: those the environment names, never an address of our network."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from runbook.cloud.target import Target

_PORTS = {None, 80, 443}


def refused_url(url: str, target: Target) -> str:
    """Why `url` must not be asked, as a whole sentence, or ""."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"'{url}' is not an address of the web."
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return f"'{url}' is not an address of the web."
    if parts.username is not None or parts.password is not None:
        return "An address with a user name or password in it is not asked."
    if port not in _PORTS:
        return f"Probes ask ports 80 and 443 only, not {port}."
    if host not in target.allowed_hosts and host not in target.routes:
        return f"{host} is not one of the hosts that {target.name} lets probes ask."
    return ""


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, metadata, multicast and reserved addresses."""
    found = ipaddress.ip_address(address.partition("%")[0])
    embedded = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    checked = embedded or found
    return checked.is_global and not checked.is_multicast
