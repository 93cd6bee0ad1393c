"""Who may see and do what. Roles are per environment; only this module reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.db.models import Exists, Q, QuerySet

from incidents.models import Environment, Incident, Membership
from incidents.refusal import Refused
from incidents.states import Role

Person = User | AnonymousUser | AbstractBaseUser

WORKING = frozenset({Role.RESPONDER, Role.COMMANDER, Role.APPROVER, Role.ADMINISTRATOR})
COMMANDING = frozenset({Role.COMMANDER, Role.ADMINISTRATOR})
APPROVING = frozenset({Role.APPROVER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one person may do in one incident, all false once it is closed except `can_view`
    and `can_report`: what is written about it, and done because of it, comes afterwards;
    `can_settle`, what came of a change that was left unknown; and `can_tell_the_end`, the notice
    that it is over."""

    can_view: bool = False
    can_tick: bool = False
    can_run: bool = False
    can_settle: bool = False
    can_request: bool = False
    can_approve: bool = False
    can_command: bool = False
    can_announce: bool = False
    can_acknowledge: bool = False
    can_report: bool = False
    can_tell_the_end: bool = False


def memberships_of(person: Person) -> QuerySet[Membership]:
    """What the person holds, by name or through a group; nothing for who is not active. A role
    held both ways comes twice."""
    if person.pk is None:
        return Membership.objects.none()
    by_name = Q(person_id=person.pk, person__is_active=True)
    by_group = Q(group__in=Group.objects.filter(user__pk=person.pk, user__is_active=True))
    return Membership.objects.filter(by_name | by_group)


def roles_in(*, person: Person, environment: Environment) -> frozenset[Role]:
    found = memberships_of(person).filter(environment=environment)
    return frozenset(Role(role) for role in found.values_list("role", flat=True))


def abilities(*, person: Person, incident: Incident) -> Abilities:
    return _abilities(roles_in(person=person, environment=incident.environment), incident)


def abilities_in(*, person: Person, incidents: Iterable[Incident]) -> dict[int, Abilities]:
    """By incident, in one query for however many."""
    held: dict[int, set[Role]] = defaultdict(set)
    for environment, role in memberships_of(person).values_list("environment", "role"):
        held[environment].add(Role(role))
    return {one.pk: _abilities(frozenset(held[one.environment_id]), one) for one in incidents}


def _abilities(roles: frozenset[Role], incident: Incident) -> Abilities:
    if not roles:
        return Abilities()
    works = bool(roles & WORKING)
    if not incident.is_open:
        commands = bool(roles & COMMANDING)
        return Abilities(
            can_view=True, can_settle=works, can_report=works, can_tell_the_end=commands
        )
    return Abilities(
        can_view=True,
        can_tick=works,
        can_run=works,
        can_settle=works,
        can_request=works,
        can_approve=bool(roles & APPROVING),
        can_command=bool(roles & COMMANDING),
        can_announce=bool(roles & COMMANDING),
        can_acknowledge=works,
        can_report=works,
    )


def visible_incidents(person: Person) -> QuerySet[Incident]:
    """Incidents of every environment in which the person holds any role."""
    return Incident.objects.filter(environment__in=memberships_of(person).values("environment"))


def incidents_to_report_on(person: Person) -> QuerySet[Incident]:
    """Those whose report and follow-ups the person may write, open or closed."""
    return Incident.objects.filter(environment__in=_environments(person, WORKING))


def environments_to_declare_in(person: Person) -> QuerySet[Environment]:
    return _environments(person, COMMANDING)


def environments_to_approve_in(person: Person) -> QuerySet[Environment]:
    return _environments(person, APPROVING)


def _environments(person: Person, roles: frozenset[Role]) -> QuerySet[Environment]:
    held = memberships_of(person).filter(role__in=sorted(roles))
    return Environment.objects.filter(pk__in=held.values("environment"))


def visible_environments(person: Person) -> QuerySet[Environment]:
    """Those in which the person holds any role; all for superusers. Asks nothing by itself."""
    if person.pk is None:
        return Environment.objects.none()
    superuser = User.objects.filter(pk=person.pk, is_active=True, is_superuser=True)
    held = memberships_of(person).values("environment")
    return Environment.objects.filter(Q(Exists(superuser)) | Q(pk__in=held))


def is_superuser(person: Person) -> bool:
    """Superusers look after the installation: environments, groups and people. In an incident they
    may do what their roles say, like everybody else. Read from the database each time."""
    if person.pk is None:
        return False
    return User.objects.filter(pk=person.pk, is_active=True, is_superuser=True).exists()


def is_administrator_somewhere(person: Person) -> bool:
    """Of any environment, or a superuser: who may have workers ask machines by name."""
    roles = memberships_of(person).filter(role=Role.ADMINISTRATOR)
    return roles.exists() or is_superuser(person)


def may_administer(*, person: Person, environment: Environment) -> bool:
    if is_superuser(person):
        return True
    return Role.ADMINISTRATOR in roles_in(person=person, environment=environment)


def who_holds(environment: Environment, roles: Collection[Role]) -> QuerySet[User]:
    """Active people who hold one of the roles there, by name or through a group, each once."""
    held = Membership.objects.filter(environment=environment, role__in=sorted(roles))
    by_name = Q(pk__in=held.filter(person__isnull=False).values("person"))
    by_group = Q(groups__in=held.filter(group__isnull=False).values("group"))
    found = User.objects.filter(by_name | by_group, is_active=True)
    return User.objects.filter(pk__in=found.values("pk"))


def who_may_see(environment: Environment) -> QuerySet[User]:
    """Active people who hold any role there."""
    return who_holds(environment, list(Role))


def require_administrator(*, person: Person, environment: Environment, what: str) -> None:
    """Refuse in words who does not look after the environment: `what` completes "may not …"."""
    if may_administer(person=person, environment=environment):
        return
    raise Refused(
        f"You may not {what} {environment}. Ask one of its administrators.",
        status=403,
    )


def require_superuser(*, person: Person, what: str) -> None:
    if not is_superuser(person):
        raise Refused(f"You may not {what}. Ask a superuser.", status=403)


def require(*, allowed: bool, incident: Incident, what: str, needed: str) -> None:
    """Refuse in words: `what` completes "may not …", `needed` names the roles that may."""
    if allowed:
        return
    if not incident.is_open:
        raise Refused(f"{incident.name} is {incident.state}; nothing in it can change any more.")
    raise Refused(
        f"You may not {what} in {incident.environment}. Ask someone who is {needed} there.",
        status=403,
    )
