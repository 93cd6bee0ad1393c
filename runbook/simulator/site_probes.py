"""What DNS, TLS and WebSocket probes of the application's hosts would find, as plain JSON.

Drills ask here, under `/_simulator/site/`, in place of name servers and of the load balancer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from runbook.simulator.condition import application, faults_of_application
from runbook.simulator.products.dns import address_of
from runbook.simulator.renewal import LIFE, renewed
from runbook.simulator.routing import Reply
from runbook.simulator.served_certificates import expired_at, names_in, served_for
from runbook.simulator.store import Resource, Store

_ROOT = [["C", "US"], ["O", "Google Trust Services LLC"], ["CN", "GTS Root R1"]]
_ISSUER = [["C", "US"], ["O", "Google Trust Services"], ["CN", "WR3"]]
_ROOT_LIFE = ("2016-06-22T00:00:00Z", "2036-06-22T00:00:00Z")
_ISSUER_LIFE = ("2023-12-13T09:00:00Z", "2029-02-20T14:00:00Z")


def site_answer(store: Store, probe: str, query: Mapping[str, str]) -> Reply:
    """The answer of one probe; 404 for a host that is none of the application's."""
    host = query.get("host", "").lower()
    if probe == "dns":
        return Reply(_dns(store, host, query.get("type", "A").upper()))
    if host not in application(store)["hosts"]:
        return Reply({"error": f"{host or 'nothing'} is no host of this application"}, status=404)
    if probe == "certificate":
        return Reply(_certificate(store, host))
    if probe == "websocket":
        return Reply(_websocket(store))
    return Reply({"error": "there are dns, certificate and websocket"}, status=404)


def _dns(store: Store, host: str, kind: str) -> Resource:
    address = address_of(store, host)
    if not address:
        return {"status": "NXDOMAIN", "answers": []}
    answer = {"name": host, "type": "A", "ttl": 300, "data": address}
    return {"status": "NOERROR", "answers": [answer] if kind == "A" else []}


def _websocket(store: Store) -> Resource:
    if faults_of_application(store):
        return {"status": 503, "reason": "Service Unavailable", "subprotocol": ""}
    return {"status": 101, "reason": "Switching Protocols", "subprotocol": ""}


def _certificate(store: Store, host: str) -> Resource:
    certificate = served_for(store, application(store).get("proxy", ""), host)
    if certificate is None:
        return {"served": False, "why": f"no certificate is served for {host}"}
    return _served(store, certificate, names_in(certificate))


def _served(store: Store, certificate: Resource, names: list[str]) -> Resource:
    digest = hashlib.sha256(f"{certificate['name']}/{certificate['id']}".encode()).hexdigest()
    begins, ends = _life(store, certificate)
    subject = [["CN", names[0]]]
    expired = expired_at(store, certificate)
    leaf = {"subject": subject, "issuer": _ISSUER, "not_before": begins, "not_after": ends}
    return {
        "served": True,
        **leaf,
        "serial": digest[:32].upper(),
        "names": names,
        "fingerprint": digest,
        "protocol": "TLSv1.3",
        "chain": [leaf, _link(_ISSUER, _ISSUER_LIFE), _link(_ROOT, _ROOT_LIFE)],
        "verified": not expired,
        "why": "certificate has expired" if expired else "",
    }


def _link(subject: list[list[str]], life: tuple[str, str]) -> Resource:
    return {"subject": subject, "issuer": _ROOT, "not_before": life[0], "not_after": life[1]}


def _life(store: Store, certificate: Resource) -> tuple[str, str]:
    """From when to when it is good. Google renews a managed one, so that has not ended."""
    now = datetime.fromtimestamp(store.now(), UTC)
    told = certificate.get("expireTime")
    ends = datetime.fromisoformat(told) if told else _day(now) + LIFE
    if certificate.get("type") != "SELF_MANAGED":
        ends = renewed(ends, now)
    return _written(ends - LIFE), _written(ends)


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
