"""Whom the words of a runbook mean: people by name, groups, rotas and roles; and groups' channels.

Words are compared without case, "-", "_" and spaces: "VP Engineering" is `vp-engineering`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import Group, User
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower, Replace

from incidents import clock
from incidents.models import Channel, Environment, Incident, Membership, Rota
from incidents.queries.on_call import on_call
from incidents.queries.rule_accounts import acts_for_rules
from incidents.states import Role

COMMANDER = "commander"
_LEFT_OUT = "-_ "

_Row = TypeVar("_Row", User, Group, Rota)
_Meant = dict[str, list[User | Channel]]


@dataclass(frozen=True, slots=True)
class Named:
    """Active people, each once; enabled channels of groups as a whole; and words that reach nobody
    here, as they were written."""

    people: tuple[User, ...] = ()
    channels: tuple[Channel, ...] = ()
    unknown: tuple[str, ...] = ()


def who_is(words: Sequence[str], incident: Incident | None) -> Named:
    """Everybody that one of the words means now. "commander" is who `who_commands`; any other role
    is held in its environment, by name or through a group; a role of its runbook is the group, rota
    or person that is called like its key or its title. Several words cost hardly more queries than
    one."""
    spellings = {word: _spellings(word, incident) for word in words}
    meant = _meant_by({one for own in spellings.values() for one in own}, incident)
    people: dict[int, User] = {}
    channels: dict[int, Channel] = {}
    unknown = []
    for word, own in spellings.items():
        found = [one for spelling in sorted(own) for one in meant.get(spelling, ())]
        people |= {one.pk: one for one in found if isinstance(one, User)}
        channels |= {one.pk: one for one in found if isinstance(one, Channel)}
        if not found:
            unknown.append(word)
    return Named(tuple(people.values()), tuple(channels.values()), tuple(unknown))


def who_commands(incident: Incident) -> tuple[User, ...]:
    """Whom to tell what its commander must know: the incident's own; where that would reach nobody,
    all commanders of its environment, or else its administrators."""
    if _commands(incident):
        return (incident.commander,)
    others = (
        _who_holds(role, incident.environment) for role in (Role.COMMANDER, Role.ADMINISTRATOR)
    )
    return next((tuple(people) for people in others if people), ())


def who_looks_after(environment: Environment | None) -> tuple[User, ...]:
    """Whom to tell what nobody is named for: who commands in the environment, or else administers
    it, or else everything. Nobody reads what the accounts are told in whose name rules act."""
    here = (_who_holds(role, environment) for role in (Role.COMMANDER, Role.ADMINISTRATOR))
    everywhere = User.objects.filter(is_superuser=True, is_active=True).order_by("username")
    groups = (*here, everywhere)
    read = ([one for one in people if not acts_for_rules(one)] for people in groups)
    return next((tuple(people) for people in read if people), ())


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


def _meant_by(spellings: Collection[str], incident: Incident | None) -> _Meant:
    if not spellings:
        return {}
    found: _Meant = defaultdict(list)
    for name, person in _called(User.objects.filter(is_active=True), "username", spellings):
        found[name].append(person)
    for name, group in _called(Group.objects.all(), "name", spellings):
        found[name] += group.user_set.filter(is_active=True).order_by("username")
        found[name] += group.channels.filter(is_enabled=True).select_related("group")
    now = clock.now()
    for name, rota in _called(Rota.objects.all(), "name", spellings):
        shift = on_call(rota, at=now)
        found[name] += [shift.person] if shift else []
    if incident is not None:
        _add_roles(found, spellings, incident)
    return found


def _add_roles(found: _Meant, spellings: Collection[str], incident: Incident) -> None:
    for role in Role:
        for name in {role.value, f"{role.value}s"} & set(spellings):
            is_own = name == COMMANDER
            found[name] += (
                who_commands(incident) if is_own else _who_holds(role, incident.environment)
            )


def _commands(incident: Incident) -> bool:
    """Whether telling the commander reaches anybody: somebody who has left, or has no role there
    any more, does nothing about it, and nobody reads what an account is told in whose name rules
    about alerts act."""
    person = incident.commander
    held = Q(person=person) | Q(group__user=person)
    is_here = Membership.objects.filter(held, environment=incident.environment_id).exists()
    return person.is_active and is_here and not acts_for_rules(person)


def _who_holds(role: Role, environment: Environment | None) -> QuerySet[User]:
    held = Membership.objects.filter(environment=environment, role=role)
    by_name = Q(pk__in=held.filter(person__isnull=False).values("person"))
    by_group = Q(groups__in=held.filter(group__isnull=False).values("group"))
    people = User.objects.filter(by_name | by_group, is_active=True)
    return people.order_by("username").distinct()


def _called(
    rows: QuerySet[_Row], column: str, spellings: Collection[str]
) -> Iterator[tuple[str, _Row]]:
    """Each row whose name is one of these, with its name as it is compared."""
    expression: F | Func = F(column)
    for letter in _LEFT_OUT:
        expression = Replace(expression, Value(letter), Value(""))
    for row in rows.alias(plain=Lower(expression)).filter(plain__in=spellings):
        yield plain(getattr(row, column)), row
