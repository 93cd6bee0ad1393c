"""What a change of a Cloud Run service costs, and what it will fail on, asked before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.base import FieldChange
from runbook.commands.cloud_run.changes import annotation_path, creates_revision, updated
from runbook.commands.cloud_run.environment import environment, secret_of
from runbook.commands.cloud_run.resource import (
    CONNECTOR,
    EGRESS,
    LEAST_INSTANCES,
    MOST_INSTANCES,
    Resource,
    annotation,
    main_container,
    objects_at,
    template,
    text_at,
)
from runbook.commands.cloud_run.traffic import LATEST, percents
from runbook.commands.grammar.gcloud_grammar import Arguments

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_PINNED = (
    "The image is named by the digest that runs now and no longer by its tag; the way back leaves "
    "it so."
)
_OTHER_PROJECTS = "run.googleapis.com/secrets"


def update_warnings(
    session: Session, service: Resource, arguments: Arguments, changes: Sequence[FieldChange]
) -> list[str]:
    after = updated(service, arguments)
    return [
        *_about_revision(service, after, arguments, changes),
        *_about_instances(after),
        *_about_connector(session, after, arguments, changes),
        *_about_secrets(session, after, arguments),
        *_about_image(arguments, changes),
    ]


def _about_revision(
    service: Resource, after: Resource, arguments: Arguments, changes: Sequence[FieldChange]
) -> list[str]:
    if not creates_revision(arguments):
        return []
    found = [] if changes else ["The service already has these values; a revision is made anyway."]
    share = percents(after).get(LATEST, 0)
    if share:
        return [
            *found,
            f"A new revision is made and gets {share} % of the traffic when it is ready.",
        ]
    serving = ", ".join(percents(after)) or text_at(service, "status", "latestReadyRevisionName")
    stays = f"The new revision gets no traffic: all of it stays at {serving}."
    return [*found, f"{stays} `gcloud run services update-traffic --to-latest` moves it."]


def _about_image(arguments: Arguments, changes: Sequence[FieldChange]) -> list[str]:
    """As gcloud does it: an update of something else keeps the image that runs."""
    is_pinned = any(change.path.endswith(".image") for change in changes)
    if arguments.text("image") or not is_pinned:
        return []
    return [_PINNED]


def _about_instances(after: Resource) -> list[str]:
    least = annotation(template(after), LEAST_INSTANCES)
    most = annotation(template(after), MOST_INSTANCES)
    if least.isdecimal() and most.isdecimal() and int(least) > int(most):
        return [f"The minimum of {least} instances is above the maximum of {most}."]
    return []


def _about_connector(
    session: Session, after: Resource, arguments: Arguments, changes: Sequence[FieldChange]
) -> list[str]:
    connector = annotation(template(after), CONNECTOR)
    if not connector:
        egress = annotation(template(after), EGRESS)
        is_changed = any(change.path == annotation_path(EGRESS) for change in changes)
        direct = annotation(template(after), "run.googleapis.com/network-interfaces")
        if egress and is_changed and not direct:
            return ["Google refuses an egress setting for a service without a connector."]
        return []
    return _connector_state(session, connector_name(connector, arguments))


def connector_name(connector: str, arguments: Arguments) -> str:
    """In full; a short name is one of the service's own region."""
    if connector.startswith("projects/"):
        return connector
    return f"projects/{arguments.project}/locations/{arguments.region}/connectors/{connector}"


def _connector_state(session: Session, name: str) -> list[str]:
    try:
        state = session.vpc_access.connector(name).get("state")
    except CloudError as error:
        if error.kind == "NOT_FOUND":
            return [f"There is no connector {name}; the new revision would not become ready."]
        return [f"The state of the connector {name} is not known: {error.message}"]
    if state == "READY":
        return []
    return [f"The connector {name} is {state}, not READY; the new revision may not become ready."]


def _about_secrets(session: Session, after: Resource, arguments: Arguments) -> list[str]:
    """A new revision takes up all its secrets anew, not only those that are changed. Those of
    other projects, which go by another name in the service, are not looked at."""
    if not creates_revision(arguments):
        return []
    shown = environment(main_container(template(after))[1]).values()
    names = dict.fromkeys(secret_of(value) for value in shown if secret_of(value))
    others = annotation(template(after), _OTHER_PROJECTS)
    own = [name for name in names if f"{name.partition(':')[0]}:projects/" not in others]
    return [text for name in own for text in _secret_state(session, name, arguments)]


def _secret_state(session: Session, shown: str, arguments: Arguments) -> list[str]:
    name, _colon, version = shown.partition(":")
    try:
        found = session.secrets.version(
            f"projects/{arguments.project}/secrets/{name}/versions/{version}"
        )
    except CloudError as error:
        if error.kind == "NOT_FOUND":
            return [f"There is no secret {shown}; the new revision would not become ready."]
        return [f"The state of the secret {shown} is not known: {error.message}"]
    state = found.get("state")
    return [] if state == "ENABLED" else [f"The secret {shown} is {state}, not ENABLED."]


def update_refusals(service: Resource, arguments: Arguments) -> list[str]:
    """What gcloud itself refuses once it has seen the service."""
    egress = arguments.text("vpc-egress") or annotation(template(service), EGRESS)
    if text_at(service, "metadata", "deletionTimestamp"):
        return [f"Service [{arguments.operand}] is in the process of being deleted."]
    if arguments.flag("clear-vpc-connector") and egress in ("all", "all-traffic"):
        refused = f'Cannot remove VPC connector with VPC egress set to "{egress}".'
        return [f"{refused} Set `--vpc-egress=private-ranges-only` as well."]
    return _mounted_secrets(service, arguments)


def _mounted_secrets(service: Resource, arguments: Arguments) -> list[str]:
    """gcloud would take these out too."""
    takes_all = arguments.flag("clear-secrets") or arguments.flag("set-secrets") is not None
    volumes = objects_at(template(service), "spec", "volumes")
    names = [text_at(one, "name") for one in volumes if "secret" in one]
    if not takes_all or not names:
        return []
    listed = ", ".join(names)
    return [f"Secrets are mounted as files ({listed}), and those are not changed from here."]
