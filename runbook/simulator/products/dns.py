"""Where the names of the scenario point. No API of Google's: the world outside the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.routing import Product
from runbook.simulator.store import Place, Resource, Store

NAMES = "dns/names"


def address_of(store: Store, host: str) -> str:
    """The IPv4 address that a name resolves to, or "" for a name that nobody registered."""
    names: Mapping[str, str] = (store.get(NAMES) or {}).get("names", {})
    return names.get(host, "")


def seed(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    return {NAMES: {"names": dict(section)}}


PRODUCT = Product(routes=(), sections={"dns": seed})
