"""What a check imports, it imports before its time runs, and only where it asks for it."""

from __future__ import annotations

from pathlib import Path

from runbook.cloud import late
from runbook.cloud.errors import CloudError
from runbook.cloud.sessions import Session
from runbook.health import files
from runbook.health.checking import check
from runbook.health.report import Area

SHIPPED = files.at(Path(__file__).resolve().parents[3] / "infrastructure" / "netra-staging.yaml")


def _is_imported_for(area: Area) -> bool:
    """When the first connection is wanted, before anything is asked."""
    late.compute.cache_clear()
    found: list[bool] = []

    def refused() -> Session:
        found.append(late.compute.cache_info().currsize == 1)
        raise CloudError("DENIED", "Nobody is asked here.")

    check(SHIPPED, refused, areas=[area])
    return found == [True]


def test_only_what_asks_compute_engine_imports_its_client() -> None:
    assert {area for area in Area if _is_imported_for(area)} == {
        Area.CONNECTOR,
        Area.SSL,
        Area.LOAD_BALANCER,
    }
