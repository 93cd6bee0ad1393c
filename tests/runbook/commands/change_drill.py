"""What tests of changes do to a simulator: make ready, count what is sent, look, interrupt."""

from __future__ import annotations

import json
import time
from typing import Any

from runbook.cloud.compute_place import Place
from runbook.commands import running
from runbook.commands.base import Cancelled, Outcome, Plan, Probe
from tests.runbook.commands.known_changes import CERTIFICATE, PROTOCOLS, Change
from tests.runbook.simulated import PROJECT, Simulated, line_of

_COUNTED = {
    "etag",
    "fingerprint",
    "generation",
    "lastTransitionTime",
    "observedGeneration",
    "resourceVersion",
    "settingsVersion",
}


def made_ready(cloud: Simulated, change: Change) -> Plan:
    """What the change needs is made, and the change is planned."""
    protocol = change.kind.rpartition(" ")[2]
    if protocol in PROTOCOLS:
        _make_health_check(cloud, protocol)
    for line in change.first:
        assert cloud.run(line).state == "succeeded"
    if CERTIFICATE in change.first:
        _until_settled(cloud)
    plan = cloud.plan(change.line)
    assert (plan.refusals, plan.changes != ()) == ((), True)
    return plan


def _make_health_check(cloud: Simulated, protocol: str) -> None:
    body: dict[str, Any] = {
        "name": f"other-{protocol}",
        "type": protocol.upper(),
        "checkIntervalSec": 30,
        "timeoutSec": 10,
        "healthyThreshold": 2,
        "unhealthyThreshold": 2,
        f"{protocol}HealthCheck": {"port": 8080, "proxyHeader": "NONE"},
    }
    session, place = cloud.session(), Place(PROJECT)
    begun = session.compute.insert("healthChecks", place, body, session.request_id)
    session.compute.wait(place, begun, lambda _line: None)


def _until_settled(cloud: Simulated) -> None:
    """A certificate that was made a moment ago changes by itself until it is ACTIVE."""
    deadline = time.monotonic() + 60
    while '"status": "PROVISIONING"' in json.dumps(state_of(cloud)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state_of(cloud: Simulated) -> dict[str, Any]:
    """Everything but what counts up by itself."""
    found = cloud._control("GET", "state")["resources"]
    own = {key: value for key, value in found.items() if not key.startswith("logging/audit")}
    return _without_counters(own)


def _without_counters(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_counters(v) for k, v in value.items() if k not in _COUNTED}
    return [_without_counters(one) for one in value] if isinstance(value, list) else value


class Sends:
    """How many changes the simulator was asked for since this was made."""

    def __init__(self, cloud: Simulated) -> None:
        self._cloud = cloud
        self._from = max((one["at"] for one in self._log()), default=0.0)

    def _log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._cloud._control("GET", "log")["requests"]
        return found

    def count(self) -> int:
        return sum(one["method"] != "GET" and one["at"] > self._from for one in self._log())


def look(cloud: Simulated, change: Change, plan: Plan) -> Probe:
    return running.probe(line_of(change.line), cloud.session(), cloud.target(), plan)


def looked_until(cloud: Simulated, change: Change, plan: Plan, verdict: str) -> str:
    """The verdict of a probe, once it is the one that is waited for or a minute is over."""
    deadline = time.monotonic() + 60
    found = look(cloud, change, plan).verdict
    while found != verdict and time.monotonic() < deadline:
        time.sleep(0.02)
        found = look(cloud, change, plan).verdict
    return found


class Interrupted:
    """Output in which something happens at the first line that begins with one of `words`."""

    def __init__(self, cloud: Simulated, words: tuple[str, ...], *, happens: str) -> None:
        self._cloud = cloud
        self._words = words
        self._happens = happens

    def __call__(self, text: str, stream: str = "stdout") -> None:  # noqa: ARG002 (part of the contract)
        if not text.startswith(self._words):
            return
        if self._happens == "cancelled":
            raise Cancelled("stop")
        self._cloud.arm(match="/", method="GET", kind="403", times=0)


def interrupted(
    cloud: Simulated, change: Change, plan: Plan, words: tuple[str, ...], *, happens: str
) -> Outcome:
    emit = Interrupted(cloud, words, happens=happens)
    return running.execute(line_of(change.line), cloud.session(), cloud.target(), emit, plan)
