"""Serverless VPC Access connectors: the way from Cloud Run into the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from runbook.cloud import late
from runbook.cloud.compute_place import Place
from runbook.commands.cloud_run.resource import objects_at, text_at
from runbook.commands.connector_rules import LEAST_MAX, LEAST_MIN, MOST_MAX
from runbook.document.definition import Json
from runbook.health.compute_places import shorts
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Kind, Read, Seen
from runbook.health.report import Area, Finding
from runbook.health.settling import advised, failed, mended

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_SIZES = ("min_instances", "max_instances", "machine_type")
_FAILED_FOR_GOOD = ("ERROR", "DELETING")


def _name(asked: Asked) -> str:
    return f"projects/{asked.project}/locations/{asked.region}/connectors/{asked.name}"


def _connector(session: Session, asked: Asked) -> Seen:
    found = session.vpc_access.connector(_name(asked))
    facts: dict[str, Fact] = {
        "state": text_at(found, "state"),
        "network": text_at(found, "network").rpartition("/")[2],
        "range": text_at(found, "ipCidrRange"),
        "subnet": text_at(found, "subnet", "name"),
        "min_instances": found.get("minInstances"),
        "max_instances": found.get("maxInstances"),
        "machine_type": text_at(found, "machineType"),
    }
    kept = ("network", "ipCidrRange", "subnet", "minInstances", "maxInstances", "machineType")
    return Seen(facts, {name: found[name] for name in kept if name in found})


def _settle(
    asked: Asked, facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    wrong = failed(asked, findings)
    state = str(facts.get("state"))
    can_update = set(wrong) & set(_SIZES) and state not in _FAILED_FOR_GOOD
    update = _update(asked, facts) if can_update else ""
    fixes = dict.fromkeys(_SIZES, update) | {"exists": _create(asked)}
    action = (
        "Delete it and create it again: Google does not repair a connector in this state."
        if state in _FAILED_FOR_GOOD
        else "Wait until Google is done with it; if that lasts, delete it and create it again."
    )
    advice = {"state": action, "network": _ANEW, "range": _ANEW}
    return advised(asked, mended(asked, findings, fixes), advice)


_ANEW = "A connector stays where it was made: delete it and create it again in the right place."


def _update(asked: Asked, facts: Mapping[str, Fact]) -> str:
    """Both limits together, as Google wants them; none of them can be made smaller, and the least
    ones of all change nothing."""
    low, high = facts.get("min_instances"), facts.get("max_instances")
    if not isinstance(low, int) or not isinstance(high, int):
        return ""
    low = max(low, asked.resource.least("min_instances"))
    high = max(high, asked.resource.least("max_instances"), low + 1, LEAST_MAX)
    if (low, high) == (LEAST_MIN, LEAST_MAX):
        high = asked.resource.most("max_instances") or MOST_MAX
    machine = asked.resource.wanted("machine_type")
    changed = "" if machine in (None, facts.get("machine_type")) else f" --machine-type={machine}"
    if not changed and (low, high) == (facts.get("min_instances"), facts.get("max_instances")):
        return ""
    return (
        f"gcloud compute networks vpc-access connectors update {asked.name}"
        f" --min-instances={low} --max-instances={high}{changed}"
        f" --region={asked.region} --project={asked.project}"
    )


def _create(asked: Asked) -> str:
    network, place = asked.resource.wanted("network"), asked.resource.wanted("range")
    if not (network and place):
        return ""
    machine = asked.resource.wanted("machine_type") or "e2-micro"
    low = max(asked.resource.least("min_instances"), LEAST_MIN)
    high = max(asked.resource.least("max_instances"), low + 1, LEAST_MAX)
    return (
        f"gcloud compute networks vpc-access connectors create {asked.name}"
        f" --network={network} --range={place} --machine-type={machine}"
        f" --min-instances={low} --max-instances={high}"
        f" --region={asked.region} --project={asked.project}"
    )


def _network(session: Session, asked: Asked) -> Seen:
    found = session.compute.get("networks", Place(asked.project), asked.name)
    peered = [one for one in objects_at(found, "peerings") if one.get("state") == "ACTIVE"]
    lists: dict[str, Json] = {
        "subnets": [*sorted(str(name) for name in shorts(found.get("subnetworks")))],
        "peerings": [*sorted(text_at(one, "name") for one in peered)],
    }
    return Seen(lists, lists)


NETWORKS = Kind(
    section="networks",
    area=Area.CONNECTOR,
    title="VPC network",
    fields=(
        Field("subnets", "texts", "short names of subnets that it must have"),
        Field("peerings", "texts", "names of peerings that must be ACTIVE"),
    ),
    full_name=lambda asked: Place(asked.project).path("networks", asked.name),
    reads=(Read(("subnets", "peerings"), _network),),
    imports=late.compute,
)
CONNECTORS = Kind(
    section="connectors",
    area=Area.CONNECTOR,
    title="VPC connector",
    fields=(
        Field("state", "text", "READY, CREATING, UPDATING, DELETING or ERROR"),
        Field("network", "text", "short name of its network"),
        Field("range", "text", "its own /28"),
        Field("subnet", "text", "the subnet it was made in, in place of a range"),
        Field("min_instances", "number", "least number of its instances"),
        Field("max_instances", "number", "greatest number of its instances"),
        Field("machine_type", "text", "f1-micro, e2-micro or e2-standard-4"),
    ),
    full_name=_name,
    reads=(
        Read(
            (
                "state",
                "network",
                "range",
                "subnet",
                "min_instances",
                "max_instances",
                "machine_type",
            ),
            _connector,
        ),
    ),
    settle=_settle,
)

AREA = AreaWords(
    Area.CONNECTOR,
    "VPC Connector",
    "VPC connector configuration is valid",
    "VPC connector issues",
    (CONNECTORS, NETWORKS),
)
