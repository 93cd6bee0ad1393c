"""The gcloud commands that take back changes of Cloud Run services."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.commands.base import FieldChange
from runbook.commands.changing import Undo
from runbook.commands.gcloud_grammar import Arguments
from runbook.commands.run_changes import DEFAULT, annotation_path
from runbook.commands.run_environment import secret_of
from runbook.commands.run_resource import (
    CONNECTOR,
    EGRESS,
    LEAST_INSTANCES,
    MOST_INSTANCES,
    Resource,
    text_at,
)
from runbook.commands.run_traffic import LATEST, WHOLE, percents

_FLAGS = {
    "spec.template.spec.timeoutSeconds": "timeout",
    "spec.template.spec.containerConcurrency": "concurrency",
    "spec.template.spec.serviceAccountName": "service-account",
    annotation_path(CONNECTOR): "vpc-connector",
    annotation_path(EGRESS): "vpc-egress",
    annotation_path(LEAST_INSTANCES): "min-instances",
    annotation_path(MOST_INSTANCES): "max-instances",
}
_WITH_DEFAULT = {"concurrency", "min-instances", "max-instances"}
_UNTOLD = "{} had no value before, and gcloud has no flag that takes it away."


def undo_of_update(
    arguments: Arguments, before: Resource | None, changes: Sequence[FieldChange]
) -> Undo:
    """The update that puts every field back; traffic that was moved goes back by a second one."""
    words: list[str] = []
    texts, secrets, gone = _variables(changes)
    for change in changes:
        if change.path == "spec.traffic":
            return undo_of_traffic(arguments, before)
        found = _words(change, arguments)
        if found is None:
            return Undo(why_not=_UNTOLD.format(change.path))
        words += [word for word in found if word not in words]
    if any("," in text for text in texts.values()):
        return _to_former_revision(arguments, before)
    words += [f"--update-env-vars={_joined(texts)}"] if texts else []
    words += [f"--update-secrets={_joined(secrets)}"] if secrets else []
    words += [f"--remove-{kind}={','.join(names)}" for kind, names in gone.items() if names]
    if not words:
        return Undo(why_not="Nothing changes, so there is nothing to take back.")
    return Undo(_command("run services update", arguments, words))


def undo_of_traffic(arguments: Arguments, before: Resource | None) -> Undo:
    former = percents(before)
    if not former:
        return Undo(why_not="The service had no traffic before.")
    if former == {LATEST: WHOLE}:
        return Undo(_command("run services update-traffic", arguments, ["--to-latest"]))
    shares = ",".join(f"{key}={percent}" for key, percent in former.items())
    return Undo(_command("run services update-traffic", arguments, [f"--to-revisions={shares}"]))


def _to_former_revision(arguments: Arguments, before: Resource | None) -> Undo:
    """For what no flag can spell: the revision that serves now still has it."""
    serving = text_at(before, "status", "latestReadyRevisionName")
    if not serving:
        return Undo(why_not="The service had no revision that was ready before.")
    words = [f"--to-revisions={serving}={WHOLE}"]
    return Undo(_command("run services update-traffic", arguments, words))


def _words(change: FieldChange, arguments: Arguments) -> list[str] | None:
    """The flags that restore one field; None where there are none."""
    if ".env." in change.path:
        return []
    if change.path.endswith(".image"):
        return [f"--image={change.before}"] if arguments.text("image") else []
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


def _joined(entries: dict[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in entries.items())


def _command(name: str, arguments: Arguments, words: Sequence[str]) -> str:
    place = [f"--region={arguments.region}", f"--project={arguments.project}"]
    return shlex.join(["gcloud", *name.split(), arguments.operand, *words, *place])
