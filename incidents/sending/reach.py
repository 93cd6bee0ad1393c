"""Which machines we send to: public ones, and those in networks that the operator lists. Strangers,
whose addresses nobody here has read, have us ask public ones alone.

A name is resolved once, every address it has is checked, and what was checked is connected to.
"""

from __future__ import annotations

from django.conf import settings

from incidents.sending.letter import NotDelivered
from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import is_public
from runbook.cloud.sockets import Resolved, resolve
from runbook.cloud.target import Target


def reach(host: str, port: int, *, is_strangers: bool = False) -> Resolved:
    """Raises `NotDelivered`. The host is left out of the sentence: it is part of an address."""
    target = Target(
        name="receivers",
        project="",
        region="",
        allowed_networks=() if is_strangers else tuple(settings.PRIVATE_RECEIVERS),
        connect_timeout=settings.EMAIL_TIMEOUT,
    )
    try:
        return resolve(host, port, target)
    except CloudError as error:
        if error.kind == "DENIED":
            raise NotDelivered(
                "The receiver's name leads to an address that is not public. An operator can list"
                " its network in RUNBOOK_PRIVATE_RECEIVERS.",
                is_final=True,
            ) from error
        raise NotDelivered("The receiver's name cannot be resolved.") from error


def is_inside(resolved: Resolved) -> bool:
    """Whether it is one of the networks that the operator lists, and no public address."""
    return not is_public(resolved.address)
