"""Names of an incident that nobody outside should read, where words for the public hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User

from incidents.models import Incident, Membership, ServiceComponent, StepCommand

SHORTEST = 4
LONGEST_SHOWN = 80
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
_PROGRAM = re.compile(r"\b(?:gcloud|gsutil|kubectl|openssl|curl|psql)\b[^\n.;]*", re.IGNORECASE)
_RESOURCE = re.compile(r"\bprojects/[\w./-]+")


@dataclass(frozen=True, slots=True)
class PrivateWord:
    """`word` as it stands in the text, and what it is ("the project", "a person")."""

    word: str
    what: str


def private_words(incident: Incident, text: str) -> tuple[PrivateWord, ...]:
    """Each once, in the order of the text. An empty answer is no proof: people look, too."""
    found: dict[str, tuple[int, PrivateWord]] = {}
    for start, word, what in _matches(incident, text):
        shown = " ".join(word.split())[:LONGEST_SHOWN]
        found.setdefault(shown.lower(), (start, PrivateWord(shown, what)))
    in_order = sorted(found.values(), key=lambda pair: pair[0])
    return tuple(word for _, word in in_order)


def _matches(incident: Incident, text: str) -> Iterator[tuple[int, str, str]]:
    for pattern, what in (
        (_ADDRESS, "an address"),
        (_PROGRAM, "a command"),
        (_RESOURCE, "a resource"),
    ):
        yield from ((match.start(), match[0], what) for match in pattern.finditer(text))
    lowered = text.lower()
    for name, what in _names(incident).items():
        if name.lower() not in lowered:
            continue
        whole = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
        yield from ((match.start(), match[0], what) for match in whole.finditer(text))


def _names(incident: Incident) -> Mapping[str, str]:
    """What each private name is. Names that the public status page shows are none."""
    environment = incident.environment
    names = {environment.project: "the project", environment.region: "the region"}
    names |= dict.fromkeys([*environment.allowed_hosts, *environment.routes], "a host")
    names |= {str(value): f"the value of {key}" for key, value in incident.parameters.items()}
    names |= dict.fromkeys(_resources(incident), "a resource")
    names |= dict.fromkeys(_people(incident), "a person")
    names |= dict.fromkeys(_hidden_parts(), "a part that is not on the public page")
    public = {part.name.lower() for part in incident.components.all()} - {
        name.lower() for name in _hidden_parts()
    }
    return {
        name: what
        for name, what in names.items()
        if len(name) >= SHORTEST and name.lower() not in public and not name.isdecimal()
    }


def _resources(incident: Incident) -> Iterator[str]:
    rows = StepCommand.objects.filter(step__incident=incident).exclude(resource="")
    for resource in rows.values_list("resource", flat=True).distinct():
        yield resource.rstrip("/").rsplit("/", 1)[-1]


def _people(incident: Incident) -> Iterator[str]:
    """Of everybody who holds a role in the environment: the full name, or the user name of who
    has none (user names are often words like "commander")."""
    held = Membership.objects.filter(environment=incident.environment_id)
    by_name = User.objects.filter(pk__in=held.filter(person__isnull=False).values("person"))
    by_group = User.objects.filter(groups__in=held.filter(group__isnull=False).values("group"))
    for person in (by_name | by_group).distinct():
        yield person.get_full_name() or person.get_username()
        yield person.last_name


def _hidden_parts() -> list[str]:
    hidden = ServiceComponent.objects.filter(is_public=False)
    return list(hidden.values_list("name", flat=True))
