"""Where a request comes from: the address of the client, and what kind of address it is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

THIS_MACHINE = "this machine"
PRIVATE = "private network"
PUBLIC = "public network"

_LOOPBACK = "127.0.0.1"
_SHARED_BY_CARRIERS = ip_network("100.64.0.0/10")
_LOCAL_IPV6 = IPv6Network("fc00::/7")


def client_address(request: HttpRequest) -> str:
    """An IP address, always. Each of our proxies appends whom it answered to X-Forwarded-For, so
    only the last `RUNBOOK_PROXIES` entries are true and the first of those is the client. Where
    the header is shorter than that, somebody went round a proxy: the peer itself counts."""
    peer = _readable(request.META.get("REMOTE_ADDR", "")) or _LOOPBACK
    proxies = settings.RUNBOOK_PROXIES
    if not proxies:
        return peer
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    if len(entries) < proxies:
        return peer
    return _readable(entries[-proxies]) or peer


def address_class(address: str) -> str:
    """One of the three words that ledgers and lists show instead of an address."""
    found = ip_address(address)
    if found.is_loopback:
        return THIS_MACHINE
    return PRIVATE if _is_private(found) else PUBLIC


def source_class(request: HttpRequest) -> str:
    return address_class(client_address(request))


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    if address.is_link_local:
        return True
    if isinstance(address, IPv6Address):
        return address in _LOCAL_IPV6
    return address.is_private or address in _SHARED_BY_CARRIERS


def _readable(text: str) -> str:
    """The address in one spelling, without a port; nothing when it is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
