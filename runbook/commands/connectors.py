"""One Serverless VPC Access connector: its name, what keeps it busy, what makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from runbook.commands.connector_rules import LEAST_MIN
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

GROUP = "compute networks vpc-access connectors"
SCHEMA = "vpcaccess.v1.Connector"


def parent_of(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/locations/{arguments.region}"


def name_of(arguments: Arguments) -> str:
    return f"{parent_of(arguments)}/connectors/{arguments.operand}"


def busy(session: Session, connector: str) -> list[str]:
    """Why Google would not take another change of the connector now."""
    return [
        f"The operation {name.rsplit('/', 1)[-1]} on the connector has not ended; Google takes one "
        "change at a time."
        for name in session.vpc_access.unfinished(connector)
    ]


def creating(connector: Mapping[str, Json], *, name: str, region: str, project: str) -> str:
    """The command that makes a connector like this one. A least number of instances below what
    Google takes today becomes that."""
    words = ["gcloud", "compute", "networks", "vpc-access", "connectors", "create", name]
    words += [f"--region={region}", *_place_of(connector)]
    least, most = connector.get("minInstances"), connector.get("maxInstances")
    words += [f"--min-instances={max(least, LEAST_MIN)}"] if isinstance(least, int) else []
    words += [f"--max-instances={most}"] if isinstance(most, int) else []
    machine = connector.get("machineType")
    words += [f"--machine-type={machine}"] if machine else []
    return shlex.join([*words, f"--project={project}"])


def _place_of(connector: Mapping[str, Json]) -> list[str]:
    subnet = connector.get("subnet")
    if isinstance(subnet, dict) and subnet.get("name"):
        host = subnet.get("projectId")
        return [f"--subnet={subnet['name']}", *([f"--subnet-project={host}"] if host else [])]
    network, addresses = connector.get("network"), connector.get("ipCidrRange")
    return [
        *([f"--network={str(network).rsplit('/', 1)[-1]}"] if network else []),
        *([f"--range={addresses}"] if addresses else []),
    ]
