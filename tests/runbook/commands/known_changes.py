"""One line for each command that changes something, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.runbook.simulated import HERE

REGION = f"--region=us-central1 {HERE}"
GLOBAL = f"--global {HERE}"
CONNECTORS = "gcloud compute networks vpc-access connectors"
CERTIFICATE = (
    f"gcloud compute ssl-certificates create spare --domains=staging.netrasystems.ai {GLOBAL}"
)
VALUE = "hunter2-of-mine"
PROTOCOLS = ("http2", "https", "ssl", "tcp")
"""Of these the scenario has no health check; `other-PROTOCOL` is made for them."""


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is the registered name and `line` one use of it, after the lines `first` were run.

    `undone` says what its undo gives back: the state of the simulator, the fields of the plan, or
    nothing since there is none. `absent` is the line about what does not exist, "" where that is
    in order. `repeats` is true where the same line changes something each time. `requests` is how
    many changes Google is asked for, `waits` whether an operation follows.
    """

    kind: str
    line: str
    undone: Literal["state", "fields", "never"]
    absent: str = ""
    first: Sequence[str] = ()
    repeats: bool = False
    requests: int = 1
    waits: bool = True

    @property
    def method(self) -> str:
        """What it is sent with."""
        verb = self.kind.removesuffix(" --data-file=-").rpartition(" ")[2]
        if verb in ("add", "create", "delete", "disable", "enable", "restart"):
            return "DELETE" if verb == "delete" else "POST"
        return "PUT" if "gcloud run" in self.kind or "health-checks" in self.kind else "PATCH"


def _health_check(protocol: str, name: str) -> Change:
    kind = f"gcloud compute health-checks update {protocol}"
    flags = f"--check-interval=45s --timeout=20s --unhealthy-threshold=4 {GLOBAL}"
    return Change(kind, f"{kind} {name} {flags}", "state", absent=f"{kind} nobody {flags}")


def _about(kind: str, name: str, flags: str, undone: Literal["state", "fields", "never"]) -> Change:
    return Change(kind, f"{kind} {name} {flags}", undone, absent=f"{kind} nobody {flags}")


CHANGES = (
    _about(
        "gcloud compute backend-services update",
        "staging-backend-service",
        f"--timeout=700s --connection-draining-timeout=0s {GLOBAL}",
        "state",
    ),
    _health_check("http", "staging-backend-health-check"),
    *(_health_check(protocol, f"other-{protocol}") for protocol in PROTOCOLS),
    Change(
        f"{CONNECTORS} create",
        f"{CONNECTORS} create other --network=staging-vpc --range=10.9.0.0/28 {REGION}",
        "state",
    ),
    _about(f"{CONNECTORS} delete", "staging-connector", REGION, "state"),
    _about(
        f"{CONNECTORS} update",
        "staging-connector",
        f"--min-instances=4 --max-instances=10 {REGION}",
        "never",
    ),
    Change("gcloud compute ssl-certificates create", CERTIFICATE, "state"),
    Change(
        "gcloud compute ssl-certificates delete",
        f"gcloud compute ssl-certificates delete spare {GLOBAL}",
        "never",
        absent=f"gcloud compute ssl-certificates delete nobody {GLOBAL}",
        first=(CERTIFICATE,),
    ),
    Change(
        "gcloud compute target-https-proxies update",
        "gcloud compute target-https-proxies update staging-https-proxy "
        f"--ssl-certificates=staging-netrasystems-ai-cert,spare {GLOBAL}",
        "state",
        absent="gcloud compute target-https-proxies update nobody "
        f"--ssl-certificates=staging-netrasystems-ai-cert {GLOBAL}",
        first=(CERTIFICATE,),
    ),
    Change(
        "gcloud logging sinks create",
        "gcloud logging sinks create errors storage.googleapis.com/bucket "
        f"--log-filter='severity>=ERROR' --description='a, b' --disabled {HERE}",
        "state",
        waits=False,
    ),
    Change(
        "gcloud logging sinks delete",
        f"gcloud logging sinks delete errors {HERE}",
        "never",
        absent=f"gcloud logging sinks delete nobody {HERE}",
        first=(f"gcloud logging sinks create errors storage.googleapis.com/bucket {HERE}",),
        waits=False,
    ),
    _about(
        "gcloud run services update",
        "auth-staging",
        f"--memory=2Gi --update-env-vars='^;^ENVIRONMENT=a,b;NEW=c,d' {REGION}",
        "fields",
    ),
    _about(
        "gcloud run services update-traffic",
        "netra-backend-staging",
        f"--to-revisions=netra-backend-staging-00041-zol=30 {REGION}",
        "state",
    ),
    Change(
        "gcloud secrets create",
        f"gcloud secrets create fresh --labels=team=a {HERE}",
        "never",
        waits=False,
    ),
    Change(
        "gcloud secrets create --data-file=-",
        f"printf %s {VALUE} | gcloud secrets create fresh --data-file=- {HERE}",
        "never",
        requests=2,
        waits=False,
    ),
    Change(
        "gcloud secrets versions add --data-file=-",
        f"printf %s {VALUE} | gcloud secrets versions add redis-url --data-file=- {HERE}",
        "never",
        absent=f"printf %s {VALUE} | gcloud secrets versions add nobody --data-file=- {HERE}",
        repeats=True,
        waits=False,
    ),
    Change(
        "gcloud secrets versions disable",
        f"gcloud secrets versions disable 1 --secret=redis-url {HERE}",
        "state",
        absent=f"gcloud secrets versions disable 1 --secret=nobody {HERE}",
        waits=False,
    ),
    Change(
        "gcloud secrets versions enable",
        f"gcloud secrets versions enable 1 --secret=redis-url {HERE}",
        "state",
        absent=f"gcloud secrets versions enable 7 --secret=redis-url {HERE}",
        first=(f"gcloud secrets versions disable 1 --secret=redis-url {HERE}",),
        waits=False,
    ),
    _about(
        "gcloud sql instances patch",
        "netra-staging-db",
        f"--database-flags=work_mem=8192,max_connections=300 --no-deletion-protection {HERE}",
        "state",
    ),
    Change(
        "gcloud sql instances restart",
        f"gcloud sql instances restart netra-staging-db {HERE}",
        "never",
        absent=f"gcloud sql instances restart nobody {HERE}",
        repeats=True,
    ),
)
