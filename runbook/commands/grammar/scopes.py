"""Where a command works: `--project`, `--region`, `--zone`, `--location`, `--global`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from runbook.commands.base import NotRunnable

Scope = Literal[
    "region", "optional region", "zone", "location", "global or region", "global", "none"
]
_PROJECT = re.compile(r"(?:[a-z][a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_PATTERNS = {
    "region": re.compile(r"[a-z]+-[a-z]+\d{1,2}"),
    "zone": re.compile(r"[a-z]+-[a-z]+\d{1,2}-[a-z]"),
    "location": re.compile(r"global|[a-z]+(?:-[a-z]+\d{1,2})?"),
}
_FLAGS: dict[Scope, frozenset[str]] = {
    "region": frozenset({"region"}),
    "optional region": frozenset({"region"}),
    "zone": frozenset({"zone"}),
    "location": frozenset({"location"}),
    "global or region": frozenset({"region"}),
    "global": frozenset(),
    "none": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Empty where nothing was said."""

    project: str
    region: str = ""
    zone: str = ""
    location: str = ""
    is_global: bool = False


def flags_of(scope: Scope) -> frozenset[str]:
    """The flags with a value that this scope brings."""
    return _FLAGS[scope]


def has_global(scope: Scope) -> bool:
    return scope in ("global", "global or region")


class Unplaced(NotRunnable):
    """gcloud does not start without `addition`, such as "--region=REGION"."""

    def __init__(self, reason: str, addition: str, gcloud_exit: int) -> None:
        super().__init__(reason, gcloud_exit=gcloud_exit)
        self.addition = addition


def place_of(
    given: Mapping[str, str], scope: Scope, operand: str, *, must_choose: bool, is_list: bool
) -> Place:
    """Raises NotRunnable, and `Unplaced` where a flag is missing."""
    if "global" in given and given.get("region"):
        raise NotRunnable(
            "argument --global: At most one of --global | --region can be specified.",
            gcloud_exit=2,
        )
    texts = {name: given.get(name, "") for name in flags_of(scope)}
    is_asked = is_list and "region" not in given
    missing = _missing(
        texts, scope, operand, must_choose=must_choose and "global" not in given, is_list=is_asked
    )
    if missing is not None and missing.gcloud_exit == 2:
        raise missing
    project = _project(given.get("project", ""))
    if missing is not None:
        raise missing
    for name, text in texts.items():
        if text and not _PATTERNS[name].fullmatch(text):
            raise NotRunnable(f"'{text}' cannot be the name of a {name}.")
    return Place(project=project, is_global="global" in given, **texts)


def is_perhaps_project(text: str) -> bool:
    """Whether gcloud takes it for the id of a project, before it asks Google."""
    return re.fullmatch(r"[a-z0-9](?:[a-z0-9.:-]*[a-z0-9])?", text) is not None


def _project(text: str) -> str:
    if not text:
        raise Unplaced(
            "The required property [project] is not currently set.", "--project=PROJECT", 1
        )
    if not _PROJECT.fullmatch(text):
        raise NotRunnable(f"'{text}' cannot be the id of a project.")
    return text


def _missing(
    texts: Mapping[str, str], scope: Scope, operand: str, *, must_choose: bool, is_list: bool
) -> Unplaced | None:
    """What gcloud says without a place; its parser says it before it looks for the project."""
    if scope == "region" and not texts["region"]:
        status = 2 if is_list else 1
        return Unplaced("argument --region: Must be specified.", "--region=REGION", status)
    if not must_choose or any(texts.values()):
        return None
    if scope == "location":
        return Unplaced("argument --location: Must be specified.", "--location=LOCATION", 2)
    if scope == "zone":
        words = f"Underspecified resource [{operand}]. Specify the [--zone] flag."
        return Unplaced(words, "--zone=ZONE", 1)
    words = f"Underspecified resource [{operand}]. Specify one of the [--global, --region] flags."
    return Unplaced(words, "--global", 1)
