"""Operations as Serverless VPC Access shows them."""

from __future__ import annotations

from runbook.simulator.routing import Call
from runbook.simulator.store import Resource
from runbook.simulator.vpc_access_quota import OVER_QUOTA
from runbook.simulator.vpc_access_ranges import CONFLICT, NO_NETWORK

_SERVICE = "google.cloud.vpcaccess.v1.VpcAccessService"
_CODES = {CONFLICT: 3, NO_NETWORK: 5, OVER_QUOTA: 9}
_INTERNAL = 13


def place_of(record: Resource) -> str:
    """`projects/P/locations/R` of the connector that the operation is about."""
    return str(record["target"]).removeprefix("vpcaccess/").partition("/connectors/")[0]


def shown(call: Call, record: Resource) -> Resource:
    """The record as google.longrunning.Operation, which has no `done` before it is true."""
    metadata = {
        "@type": "type.googleapis.com/google.cloud.vpcaccess.v1.OperationMetadata",
        "method": f"{_SERVICE}.{record['verb']}",
        "createTime": call.store.time(record["started"]),
        "target": record["target"].removeprefix("vpcaccess/"),
    }
    operation: Resource = {
        "name": f"{place_of(record)}/operations/{record['name']}",
        "metadata": metadata,
    }
    if not record["done"]:
        return operation
    operation["done"] = True
    metadata["endTime"] = call.store.time(record["ends"])
    if record["error"]:
        code = _CODES.get(record["error"], _INTERNAL)
        error = {"code": code, "message": f"Operation failed: {record['error']}"}
        return operation | {"error": error}
    kind = "google.cloud.vpcaccess.v1.Connector" if record["after"] else "google.protobuf.Empty"
    response = {"@type": f"type.googleapis.com/{kind}"} | (record["after"] or {})
    return operation | {"response": response}
