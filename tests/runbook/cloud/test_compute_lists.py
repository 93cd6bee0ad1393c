"""Lists of Compute Engine: of every scope, and what is left when Google refuses one."""

from __future__ import annotations

import pytest

from runbook.cloud.compute_place import Place
from runbook.cloud.errors import CloudError, PartlyReadError
from runbook.document.definition import Json
from tests.runbook.simulated import PROJECT, REGION, Simulated

IN_REGION = f"/compute/v1/projects/{PROJECT}/regions/{REGION}"
EVERYWHERE = f"/compute/v1/projects/{PROJECT}/aggregated/backendServices"
GLOBAL_SERVICES = ["netra-backend-staging", "staging-auth-service", "staging-backend-service"]


def names(found: list[Json]) -> list[Json]:
    return [item["name"] for item in found if isinstance(item, dict)]


def test_list_everywhere_takes_scopes_in_their_order(cloud: Simulated) -> None:
    found = cloud.session().compute.lists.everywhere("backendServices", PROJECT)
    assert names(found) == [*GLOBAL_SERVICES, "staging-internal-service"]


def test_list_everywhere_without_a_scope_keeps_the_rest(cloud: Simulated) -> None:
    cloud.arm(match=f"projects/{PROJECT}/regions/{REGION}", kind="503", times=0)
    with pytest.raises(PartlyReadError) as caught:
        cloud.session().compute.lists.everywhere("backendServices", PROJECT)
    assert names(caught.value.found) == GLOBAL_SERVICES
    assert caught.value.message.startswith("The list is incomplete. ")
    assert REGION in caught.value.message


def test_list_everywhere_that_is_refused_has_nothing(cloud: Simulated) -> None:
    cloud.arm(match=EVERYWHERE, kind="403")
    with pytest.raises(CloudError) as caught:
        cloud.session().compute.lists.everywhere("backendServices", PROJECT)
    assert (caught.value.kind, type(caught.value)) == ("DENIED", CloudError)


def test_list_of_places_keeps_what_can_be_read(cloud: Simulated) -> None:
    places = [Place(PROJECT), Place(PROJECT, REGION)]
    lists = cloud.session().compute.lists
    assert len(lists.of("backendServices", places)) == len(GLOBAL_SERVICES) + 1
    cloud.arm(match=f"{IN_REGION}/backendServices", kind="403")
    with pytest.raises(PartlyReadError) as caught:
        lists.of("backendServices", places)
    assert names(caught.value.found) == GLOBAL_SERVICES
    assert caught.value.message.startswith(f"The list is incomplete. regions/{REGION}: ")


def test_list_of_one_place_that_is_refused_is_that_error(cloud: Simulated) -> None:
    cloud.arm(match=f"{IN_REGION}/backendServices", kind="404")
    with pytest.raises(CloudError) as caught:
        cloud.session().compute.lists.of("backendServices", [Place(PROJECT, REGION)])
    assert caught.value.kind == "NOT_FOUND"


def test_place_names_resources_in_every_scope() -> None:
    assert Place("p1").path("urlMaps", "m") == "projects/p1/global/urlMaps/m"
    assert Place("p1", "r1").path("urlMaps") == "projects/p1/regions/r1/urlMaps"
    assert Place("p1", zone="z1").path("instances", "i") == "projects/p1/zones/z1/instances/i"
