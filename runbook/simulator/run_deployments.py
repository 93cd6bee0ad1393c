"""Deploying a Cloud Run service: the new revision, the wait, and how it ends.

A replaced template makes a revision. Service and revision are `Unknown` for some seconds, then
ready, or failed with the reason; a failed revision leaves the traffic where it was.
"""

from __future__ import annotations

from runbook.simulator import operations
from runbook.simulator.errors import Refusal
from runbook.simulator.routing import Call
from runbook.simulator.run_readiness import Obstacle, obstacle_of
from runbook.simulator.run_revisions import (
    key_of,
    name_of,
    revision_of,
    service_key,
    settled,
    version_of,
)
from runbook.simulator.run_services import routed, status_of
from runbook.simulator.store import Resource

_SECONDS = 4.0


def deploy(call: Call, before: Resource, wanted: Resource) -> Resource:
    """Takes the wanted service in and begins its rollout. Returns the service as it is at once."""
    if wanted["spec"] == before["spec"]:
        generation = wanted["metadata"]["generation"]
        same = wanted | {"status": before["status"] | {"observedGeneration": generation}}
        call.store.put(_key(call, same), same)
        return same
    revision = _new_revision(call, before, wanted)
    obstacle = _obstacle(call, wanted, revision)
    begun = wanted | {"status": _begun(call, wanted)}
    call.store.put(_key(call, begun), begun)
    _forget_rollout(call, begun)
    if revision is None and obstacle is None and (standing := _standing_failure(call, begun)):
        _reroute(call, begun, standing)
    else:
        _roll_out(call, begun, revision, obstacle)
    return begun


def _new_revision(call: Call, before: Resource, wanted: Resource) -> Resource | None:
    """Stores the revision that a changed template makes, and names it in the status of `wanted`."""
    template = wanted["spec"]["template"]
    if template == before["spec"]["template"]:
        return None
    service, place = wanted["metadata"]["name"], call.store.place
    named = template["metadata"].get("name", "")
    name = named or name_of(service, wanted["metadata"]["generation"])
    if call.store.get(key_of(place, name)) is not None:
        raise Refusal(409, f"Revision named '{name}' with different configuration already exists.")
    revision = revision_of(wanted, name, place, created=call.store.time())
    call.store.put(key_of(place, name), revision)
    wanted["status"] = wanted["status"] | {"latestCreatedRevisionName": name}
    return revision


def _obstacle(call: Call, wanted: Resource, revision: Resource | None) -> Obstacle | None:
    """Why the rollout will fail: a revision that is asked for and not there, or the new one."""
    for line in wanted["spec"]["traffic"]:
        name = line.get("revisionName")
        if name and call.store.get(key_of(call.store.place, name)) is None:
            text = f"Revision '{name}' referenced in traffic not found."
            return Obstacle("RevisionMissing", text)
    return obstacle_of(call.store, revision) if revision else None


def _begun(call: Call, wanted: Resource) -> Resource:
    at = call.store.time()
    return status_of(wanted, call.store.place, "Unknown", at, reason="Deploying", message="")


def _roll_out(
    call: Call, begun: Resource, revision: Resource | None, obstacle: Obstacle | None
) -> None:
    ends = call.store.time(call.store.now() + _SECONDS / call.store.speed)
    failure = obstacle or Obstacle("Internal", operations.FAILURE)
    _begin(
        call,
        _key(call, begun),
        before=_ended(call, begun, ends, failure),
        after=_ended(call, begun, ends, obstacle),
    )
    if revision:
        why = {"reason": failure.reason, "message": failure.message}
        failed = settled(revision, ends, **why)
        key = key_of(call.store.place, revision["metadata"]["name"])
        _begin(call, key, before=failed, after=failed if obstacle else settled(revision, ends))


def _standing_failure(call: Call, service: Resource) -> Obstacle | None:
    """Why the newest revision failed when it was deployed; None when it did not."""
    name = service["status"]["latestCreatedRevisionName"]
    newest = call.store.get(key_of(call.store.place, name))
    ready = newest["status"]["conditions"][0] if newest else {}
    if ready.get("status") != "False":
        return None
    return Obstacle(str(ready["reason"]), str(ready["message"]))


def _reroute(call: Call, begun: Resource, standing: Obstacle) -> None:
    """Moves the traffic; the service stays as unready as its newest revision is."""
    ends = call.store.time(call.store.now() + _SECONDS / call.store.speed)
    ended = _ended(call, begun, ends, standing)
    rerouted = ended | {"status": routed(ended, call.store.place)}
    _begin(call, _key(call, begun), before=ended, after=rerouted)


def _ended(call: Call, begun: Resource, at: str, obstacle: Obstacle | None) -> Resource:
    place, metadata = call.store.place, begun["metadata"]
    version = version_of(metadata["name"], int(metadata["generation"]) + 1_000_000)
    ended = begun | {"metadata": metadata | {"resourceVersion": version}}
    if obstacle is None:
        return ended | {"status": status_of(ended, place, "True", at)}
    why = {"reason": obstacle.reason, "message": obstacle.message}
    return ended | {"status": status_of(ended, place, "False", at, **why)}


def _begin(call: Call, key: str, *, before: Resource, after: Resource) -> None:
    operations.begin(
        call, kind="run", verb="deploy", target=key, seconds=_SECONDS, before=before, after=after
    )


def _forget_rollout(call: Call, service: Resource) -> None:
    """A newer change of the service takes the place of one that is still under way."""
    under_way = operations.running(call.store, _key(call, service))
    if under_way:
        under_way["done"] = True


def _key(call: Call, service: Resource) -> str:
    return service_key(call.store.place, service["metadata"]["name"])
