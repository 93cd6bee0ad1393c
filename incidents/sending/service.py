"""A letter through one of the services that Apprise speaks: chats, pagers, phones."""

from __future__ import annotations

import re
from urllib.parse import unquote

import apprise
from apprise.common import PersistentStoreMode
from django.conf import settings

from incidents.sending.letter import Letter, NotDelivered
from incidents.sending.reach import reach
from incidents.sending.services import service_of, wrong_address

_ASSET = apprise.AppriseAsset(
    app_id="Runbook",
    app_desc="Runbook",
    app_url="",
    secure_logging=True,
    http_redirects=False,  # they could lead behind the firewall
    storage_mode=PersistentStoreMode.MEMORY,
)
_REFUSED = re.compile(r"\berror=(4(?!08|25|29)\d\d)\b")
_SHORTEST_SECRET = 4


def send(letter: Letter, address: str) -> str:
    """Raises `NotDelivered`; what the service's sender wrote into its log is the reason."""
    wrong = wrong_address(address)
    if wrong:
        raise NotDelivered(wrong, is_final=True)
    service = service_of(address)
    told = apprise.Apprise(asset=_ASSET)
    if not told.add([address]):  # a string alone is split into several
        raise NotDelivered(f"This is not a whole address of {service.name}.", is_final=True)
    if service.names_host:
        _require_reachable(str(getattr(told[0], "host", "") or ""))
    result = told.notify(
        body=letter.text,
        title=letter.subject,
        notify_type=apprise.NotifyType.WARNING if letter.urgent else apprise.NotifyType.INFO,
        body_format=apprise.NotifyFormat.TEXT,
        timeout=settings.EMAIL_TIMEOUT,
    )
    if not result:
        raise _failure(service.name, [entry.message for entry in result.logs()], address)
    return f"accepted by {service.name}"


def _require_reachable(host: str) -> None:
    """The host as Apprise read it. Where an address needs none, what stands there may be a topic:
    no name of a machine, so nothing of ours is reached by it."""
    try:
        reach(host, 443)
    except NotDelivered as reason:
        if reason.is_final or "." in host:
            raise


def _failure(name: str, lines: list[str], address: str) -> NotDelivered:
    said = _without_address(" ".join(lines[-1:]), address)
    reason = f": {said}" if said else ""
    return NotDelivered(
        f"{name} did not take it{reason}"[:300], is_final=bool(_REFUSED.search(said))
    )


def _without_address(text: str, address: str) -> str:
    """Every part of the address may be a token."""
    for part in sorted(set(re.split(r"[/@:?&=#]+", unquote(address))), key=len, reverse=True):
        if len(part) >= _SHORTEST_SECRET:
            text = text.replace(part, "…")
    return " ".join(text.split())
