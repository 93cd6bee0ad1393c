"""Whom the words of a runbook mean: people by name, groups, rotas and roles; and groups' channels.

Words are compared without case, "-", "_" and spaces: "VP Engineering" is `vp-engineering`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.contrib.auth.models import Group, User
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower, Replace

from incidents import clock
from incidents.models import Channel, Incident, Membership, Rota
from incidents.queries.on_call import on_call
from incidents.states import Role

COMMANDER = "commander"
_LEFT_OUT = "-_ "

_Row = TypeVar("_Row", User, Group, Rota)


@dataclass(frozen=True, slots=True)
class Named:
    """Active people, each once; enabled channels of groups as a whole; and words that reach nobody
    here, as they were written."""

    people: tuple[User, ...] = ()
    channels: tuple[Channel, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    people: dict[int, User] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)


def who_is(words: Sequence[str], incident: Incident | None) -> Named:
    """Everybody that one of the words means now. "commander" is the incident's own; any other role
    is held in its environment, by name or through a group; a role of its runbook is the group, rota
    or person that is called like its key or its title."""
    now = clock.now()
    found, unknown = _Found(), []
    for word in words:
        own = _meant_by(_spellings(word, incident), incident, now)
        if not (own.people or own.channels):
            unknown.append(word)
        found.people |= own.people
        found.channels |= own.channels
    return Named(tuple(found.people.values()), tuple(found.channels.values()), tuple(unknown))


def plain(word: str) -> str:
    """A word as it is compared."""
    return "".join(letter for letter in word.lower() if letter not in _LEFT_OUT)


def _spellings(word: str, incident: Incident | None) -> set[str]:
    """The word, and of a role of the incident's runbook both key and title."""
    own = {plain(word)}
    for key, title in (incident.roles if incident else {}).items():
        if own & {plain(key), plain(str(title))}:
            own |= {plain(key), plain(str(title))}
    return own - {""}


def _meant_by(spellings: Collection[str], incident: Incident | None, now: datetime) -> _Found:
    found = _Found()
    _add(found, _called(User.objects.all(), "username", spellings))
    groups = list(_called(Group.objects.all(), "name", spellings))
    if groups:
        _add(found, User.objects.filter(groups__in=groups).order_by("username"))
        channels = Channel.objects.filter(group__in=groups, is_enabled=True)
        found.channels = {channel.pk: channel for channel in channels.select_related("group")}
    for rota in _called(Rota.objects.all(), "name", spellings):
        shift = on_call(rota, at=now)
        _add(found, [shift.person] if shift else [])
    if incident is not None:
        _add(found, _in_roles(spellings, incident))
    return found


def _in_roles(spellings: Collection[str], incident: Incident) -> Iterable[User]:
    if COMMANDER in spellings:
        return [incident.commander]
    roles = [role for role in Role if {role.value, f"{role.value}s"} & set(spellings)]
    if not roles:
        return []
    held = Membership.objects.filter(environment=incident.environment_id, role__in=roles)
    by_name = Q(pk__in=held.filter(person__isnull=False).values("person"))
    by_group = Q(groups__in=held.filter(group__isnull=False).values("group"))
    return User.objects.filter(by_name | by_group).order_by("username")


def _add(found: _Found, people: Iterable[User]) -> None:
    found.people |= {person.pk: person for person in people if person.is_active}


def _called(rows: QuerySet[_Row], column: str, spellings: Collection[str]) -> QuerySet[_Row]:
    expression: F | Func = F(column)
    for letter in _LEFT_OUT:
        expression = Replace(expression, Value(letter), Value(""))
    return rows.alias(plain=Lower(expression)).filter(plain__in=spellings)
