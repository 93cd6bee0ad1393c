"""Waiting for Cloud Run to take up a change, told as gcloud tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook.commands.base import Emit, Probe, aside
from runbook.commands.cloud_run.resource import (
    Resource,
    condition,
    number_at,
    objects_at,
    ready,
    text_at,
    url,
)
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.unfinished import under_way
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session


def deployed(
    session: Session, words: Arguments, service: Resource, emit: Emit, *, makes_revision: bool
) -> Resource:
    """The service once its newest revision is ready or has failed."""
    say = aside(emit)
    say("Deploying..." if makes_revision else "Updating...")
    return session.run.wait(words.project, words.region, service, say)


def tell_end(service: Resource, words: Arguments, emit: Emit, *, makes_revision: bool) -> None:
    """What gcloud says once the service is ready."""
    say = aside(emit)
    say("Done.")
    say(_serving(service, words) if makes_revision else _updated(words))


def busy(session: Session, words: Arguments) -> str:
    """A rollout that has not come to an end, well or badly."""
    service = session.run.service(words.project, words.region, words.operand)
    if _is_seen(service) and ready(service) != "Unknown":
        return ""
    began = text_at(condition(service, "Ready"), "lastTransitionTime")
    return under_way(f"the rollout of {words.operand}", began)


def with_readiness(found: Probe) -> Probe:
    """A service that holds what was planned has not come to its end before it is ready."""
    if found.verdict != "applied" or (_is_seen(found.found) and ready(found.found) == "True"):
        return found
    service = found.found if isinstance(found.found, dict) else {}
    why = said_of_failure(service) or "Google has not come to an end with it yet."
    return Probe("differs", f"The service holds what was planned. {why}", found.found)


def _is_seen(service: Json) -> bool:
    """Whether what the service says of itself is about its last change."""
    observed = text_at(service, "status", "observedGeneration")
    return observed in ("", text_at(service, "metadata", "generation"))


def said_of_failure(service: Resource) -> str:
    """Why the newest revision did not become ready, as a whole sentence, or ""."""
    if ready(service) != "False":
        return ""
    message = text_at(condition(service, "Ready"), "message").rstrip(".")
    why = f"Google says: {message}." if message else "Google does not say why."
    newest = text_at(service, "status", "latestCreatedRevisionName")
    serving = text_at(service, "status", "latestReadyRevisionName")
    stays = f" Traffic stays at {serving}." if serving and serving != newest else ""
    return f"The revision {newest} did not become ready. {why}{stays}"


def _serving(service: Resource, words: Arguments) -> str:
    newest = text_at(service, "status", "latestReadyRevisionName")
    if words.flag("no-traffic"):
        newest = text_at(service, "status", "latestCreatedRevisionName")
    share = 0 if words.flag("no-traffic") else _share(service, newest)
    text = (
        f"Service [{words.operand}] revision [{newest}] has been deployed and is serving "
        f"{share} percent of traffic."
    )
    return f"{text}\nService URL: {url(service)}" if share else text


def _share(service: Resource, revision: str) -> int:
    targets = objects_at(service, "status", "traffic")
    return sum(
        number_at(target, "percent")
        for target in targets
        if target.get("latestRevision") or target.get("revisionName") == revision
    )


def _updated(words: Arguments) -> str:
    return f"Service [{words.operand}] has been updated."
