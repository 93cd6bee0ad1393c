"""The gcloud commands that take back changes of Cloud Run services."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from runbook.commands.base import FieldChange
from runbook.commands.changing import Undo
from runbook.commands.cloud_run.changes import DEFAULT, RUNNING_IMAGE, annotation_path
from runbook.commands.cloud_run.environment import secret_of
from runbook.commands.cloud_run.resource import (
    CONNECTOR,
    EGRESS,
    LEAST_INSTANCES,
    MOST_INSTANCES,
    Resource,
    text_at,
)
from runbook.commands.cloud_run.traffic import LATEST, TAGS_PATH, WHOLE, percents
from runbook.commands.grammar.flag_values import written
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json
from runbook.redaction.redactor import Redactor

_FLAGS = {
    "spec.template.spec.timeoutSeconds": "timeout",
    "spec.template.spec.containerConcurrency": "concurrency",
    "spec.template.spec.serviceAccountName": "service-account",
    annotation_path(CONNECTOR): "vpc-connector",
    annotation_path(EGRESS): "vpc-egress",
    annotation_path(LEAST_INSTANCES): "min-instances",
    annotation_path(MOST_INSTANCES): "max-instances",
}
_TRAFFIC = "spec.traffic"
_WITH_DEFAULT = {"concurrency", "min-instances", "max-instances"}
_NOTHING = "Nothing changes, so there is nothing to take back."
_ALIKE = "The new revision runs what the present one runs, so there is nothing to take back."
_UNTOLD = "{} had no value before, and gcloud has no flag that takes it away."


def undo_of_update(
    arguments: Arguments, before: Resource | None, changes: Sequence[FieldChange]
) -> Undo:
    """The update that puts every field back. Traffic that was kept from the new revision follows
    by a second command: before the fields are back it would only get there."""
    words: list[str] = []
    texts, secrets, gone = _variables(changes)
    for change in changes:
        found = _words(change, arguments, before)
        if found is None:
            return Undo(why_not=_UNTOLD.format(change.path))
        words += [word for word in found if word not in words]
    if not all(_may_be_spelled(name, text) for name, text in texts.items()):
        return _to_former_revision(arguments, before)
    words += [written("update-env-vars", tuple(texts.items()))] if texts else []
    words += [written("update-secrets", tuple(secrets.items()))] if secrets else []
    words += [f"--remove-{kind}={','.join(names)}" for kind, names in gone.items() if names]
    lines = [_command("run services update", arguments, words)] if words else []
    if any(change.path == _TRAFFIC for change in changes):
        lines.append(_sharing(arguments, _share_words(before)))
    if not lines:
        return Undo(why_not=_ALIKE if changes else _NOTHING)
    return Undo("\n".join(lines))


def _may_be_spelled(name: str, text: str) -> bool:
    """A secret stays where it is: in the former revision."""
    return text.isprintable() and Redactor().field(name, text) == text


def undo_of_traffic(
    arguments: Arguments, before: Resource | None, changes: Sequence[FieldChange]
) -> Undo:
    if not changes:
        return Undo(why_not=_NOTHING)
    if not percents(before):
        return Undo(why_not="The service had no traffic before.")
    tags = {
        change.path.removeprefix(TAGS_PATH): change.before
        for change in changes
        if change.path.startswith(TAGS_PATH)
    }
    shares = _share_words(before) if len(tags) < len(changes) else []
    return Undo(_sharing(arguments, [*shares, *_tag_words(tags)]))


def _share_words(before: Resource | None) -> list[str]:
    former = percents(before)
    if former == {LATEST: WHOLE}:
        return ["--to-latest"]
    return [written("to-revisions", tuple((key, str(now)) for key, now in former.items()))]


def _tag_words(tags: Mapping[str, Json]) -> list[str]:
    """Tags that were moved or taken go back to their revisions, new ones go."""
    kept = tuple((tag, str(key)) for tag, key in tags.items() if key is not None)
    gone = tuple(tag for tag, key in tags.items() if key is None)
    return [
        *([written("update-tags", kept)] if kept else []),
        *([written("remove-tags", gone)] if gone else []),
    ]


def _to_former_revision(arguments: Arguments, before: Resource | None) -> Undo:
    """For what no flag can spell: the revision that serves now still has it."""
    serving = text_at(before, "status", "latestReadyRevisionName")
    if not serving:
        return Undo(why_not="The service had no revision that was ready before.")
    return Undo(_sharing(arguments, [f"--to-revisions={serving}={WHOLE}"]))


def _words(change: FieldChange, arguments: Arguments, before: Resource | None) -> list[str] | None:
    """The flags that restore one field; None where there are none. An image goes back by its
    digest: its tag may stand for the new image by then."""
    if ".env." in change.path or change.path == _TRAFFIC:
        return []
    if change.path.endswith(".image"):
        image = text_at(before, RUNNING_IMAGE) or change.before
        return [f"--image={image}"] if arguments.text("image") else []
    if ".limits." in change.path:
        name = change.path.rpartition(".")[2]
        return None if change.before is None else [f"--{name}={change.before}"]
    if change.path.endswith('cpu-throttling"'):
        return ["--cpu-throttling" if change.before in (None, "true") else "--no-cpu-throttling"]
    flag = _FLAGS[change.path]
    if change.before is not None:
        return [f"--{flag}={change.before}"]
    if flag in ("vpc-connector", "vpc-egress"):
        return _words_without_network(change, arguments)
    return [f"--{flag}={DEFAULT}"] if flag in _WITH_DEFAULT else None


def _words_without_network(change: FieldChange, arguments: Arguments) -> list[str] | None:
    """Taking the connector away takes the egress along; the egress alone cannot go."""
    takes_all = change.path == annotation_path(CONNECTOR) or arguments.flag("vpc-connector")
    return ["--clear-vpc-connector"] if takes_all else None


def _variables(
    changes: Sequence[FieldChange],
) -> tuple[dict[str, str], dict[str, str], dict[str, list[str]]]:
    """Former texts and secrets by name, and names that were not there, by kind."""
    texts: dict[str, str] = {}
    secrets: dict[str, str] = {}
    gone: dict[str, list[str]] = {"env-vars": [], "secrets": []}
    for change in changes:
        name = change.path.partition(".env.")[2]
        if not name:
            continue
        if change.before is None:
            gone["secrets" if secret_of(change.after) else "env-vars"].append(name)
        elif secret_of(change.before):
            secrets[name] = secret_of(change.before)
        else:
            texts[name] = str(change.before)
    return texts, secrets, gone


def _sharing(arguments: Arguments, words: Sequence[str]) -> str:
    return _command("run services update-traffic", arguments, words)


def _command(name: str, arguments: Arguments, words: Sequence[str]) -> str:
    place = [f"--region={arguments.region}", f"--project={arguments.project}"]
    return shlex.join(["gcloud", *name.split(), arguments.operand, *words, *place])
