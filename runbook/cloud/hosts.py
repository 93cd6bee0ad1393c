"""Which hosts and addresses probes may touch: those the environment names, and nothing inside.

`Target.allowed_hosts` are names ("app.example.com", for the usual ports) or names with a port
("app.example.com:8443", for that port besides). An address that is not public is refused unless
one of `Target.allowed_networks` holds it; the metadata server is refused always.
"""

from __future__ import annotations

import ipaddress
from typing import TypeAlias
from urllib.parse import urlsplit

from runbook.cloud.target import Target

USUAL_PORTS = frozenset({80, 443})
_METADATA = frozenset({"169.254.169.254", "fd20:ce::254", "fd00:ec2::254"})
_UNICAST = ipaddress.ip_network("2000::/3")
"""What is handed out of IPv6. Outside lie forms that carry an inner address of IPv4, old private
ranges and nothing that a public host has; Python calls some of them global."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"


def refused_url(url: str, target: Target, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Why `url` must not be asked, as a whole sentence, or ""."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"'{url}' is not an address of the web."
    host = parts.hostname or ""
    if parts.scheme not in schemes or not host:
        return f"'{url}' is not an address of the web."
    if parts.username is not None or parts.password is not None:
        return "An address with a user name or password in it is not asked."
    return refused_port(host, port, target) or refused_host(host, target)


def port_of(url: str) -> int:
    """The port of an address that `refused_url` accepts."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme in ("https", "wss") else 80)


def refused_port(host: str, port: int | None, target: Target) -> str:
    """Why this port must not be asked, or "": the usual ones, and those written with the host."""
    if port is None or port in USUAL_PORTS or f"{host}:{port}" in target.allowed_hosts:
        return ""
    return f"Probes ask ports 80 and 443 only, not {port}."


def refused_host(host: str, target: Target) -> str:
    """Why probes must not ask for `host`, or ""."""
    if host in target.routes:
        return ""
    names = {allowed.partition(":")[0] for allowed in target.allowed_hosts}
    if host not in names:
        return f"{host} is not one of the hosts that {target.name} lets probes ask."
    if target.is_simulated:
        return f"{target.name} is simulated and has no answer for {host}; nothing leaves here."
    return ""


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, metadata, multicast and reserved addresses."""
    checked = _meant(address)
    if isinstance(checked, ipaddress.IPv6Address) and checked not in _UNICAST:
        return False
    return checked.is_global and not checked.is_multicast


def is_permitted(address: str, target: Target) -> bool:
    """Public, or in a network that the environment lets probes reach."""
    meant = _meant(address)
    if str(meant) in _METADATA:
        return False
    networks = (ipaddress.ip_network(network) for network in target.allowed_networks)
    return is_public(address) or any(meant in network for network in networks)


def _meant(address: str) -> Address:
    """The address that packets to `address` reach: some forms of IPv6 carry one of IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found
