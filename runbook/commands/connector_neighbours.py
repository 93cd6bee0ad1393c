"""What is around a connector: the subnet it is to have for itself, the services that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook.cloud.compute_place import Place
from runbook.cloud.errors import CloudError
from runbook.commands.cloud_run.resource import CONNECTOR, annotation, template, text_at
from runbook.commands.grammar.gcloud_grammar import Arguments

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_BITS = "/28"


def unfit_subnet(session: Session, arguments: Arguments) -> list[str]:
    """What is wrong with the subnet of a new connector, as far as we may see it."""
    name = arguments.text("subnet")
    if not name:
        return []
    place = Place(arguments.text("subnet-project") or arguments.project, arguments.region)
    try:
        addresses = text_at(session.compute.get("subnetworks", place, name), "ipCidrRange")
    except CloudError as error:
        return [f"The subnet {name} could not be looked at: {error.message}"]
    if addresses.endswith(_BITS):
        return []
    return [f"The subnet {name} is {addresses}; Google wants a {_BITS} that nothing else uses."]


def users(session: Session, arguments: Arguments) -> list[str]:
    """The Cloud Run services whose next request needs the connector."""
    try:
        found = session.run.services(arguments.project, arguments.region)
    except CloudError as error:
        return [f"Which services use it could not be looked at: {error.message}"]
    names = [
        text_at(service, "metadata", "name")
        for service in found
        if annotation(template(service), CONNECTOR).rpartition("/")[-1] == arguments.operand
    ]
    return [f"Services that use it: {', '.join(sorted(names))}."] if names else []
