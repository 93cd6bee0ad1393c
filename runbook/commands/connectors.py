"""One Serverless VPC Access connector: its name, what keeps it busy, what makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from runbook.commands.connector_rules import LEAST_MIN
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get
from runbook.commands.unfinished import under_way
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

GROUP = "compute networks vpc-access connectors"
SCHEMA = "vpcaccess.v1.Connector"


def parent_of(arguments: Arguments) -> str:
    return f"projects/{arguments.project}/locations/{arguments.region}"


def name_of(arguments: Arguments) -> str:
    return f"{parent_of(arguments)}/connectors/{arguments.operand}"


def busy(session: Session, connector: str) -> str:
    """An operation on the connector that has not ended. Its state does not tell: a connector that
    is stuck in CREATING has none, and an update is what helps it."""
    for one in session.vpc_access.unfinished(connector):
        method = str(get(one, ("metadata", "method"))).rpartition(".")[2]
        what = f"the operation {method} {str(one.get('name')).rpartition('/')[2]}"
        return under_way(what, get(one, ("metadata", "createTime")))
    return ""


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
