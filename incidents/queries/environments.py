"""What the pages of environments, groups and people show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, User
from django.db.models import Count, Q, QuerySet

from incidents.models import AdministrationEntry, ChangeWindow, Environment, Freeze, Membership
from incidents.states import IncidentState, Role

ENTRIES = 40
PEOPLE = 200
RECENT_FREEZES = 6
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Member:
    """Who holds which roles; `count` is how many are in the group, None for a person."""

    name: str
    username: str
    is_active: bool
    count: int | None
    held: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Window:
    window: ChangeWindow
    days: str


@dataclass(frozen=True, slots=True)
class Account:
    """One person as superusers see the account."""

    person: User
    groups: tuple[str, ...]
    roles: int
    has_second_factor: bool
    is_linked: bool


def list_environments(visible: QuerySet[Environment]) -> QuerySet[Environment]:
    """With the number of open incidents in `open`."""
    is_open = Q(incidents__state=IncidentState.OPEN)
    return visible.annotate(open=Count("incidents", filter=is_open)).order_by("name")


def members_of(environment: Environment) -> list[Member]:
    """Groups first, then people by name; roles in the order of their reach."""
    rows = Membership.objects.filter(environment=environment).select_related("person", "group")
    reach = list(Role.values)
    held: dict[tuple[bool, str, int], list[Membership]] = {}
    for row in sorted(rows, key=lambda row: -reach.index(row.role)):
        key = (row.group is None, str(row.group or row.person), row.group_id or row.person_id or 0)
        held.setdefault(key, []).append(row)
    counts = _counts(row.group_id for row in rows if row.group_id is not None)
    return [_member(held[key], counts) for key in sorted(held)]


def _counts(group_ids: Iterable[int]) -> dict[int, int]:
    """How many active people are in each group."""
    counted = Group.objects.filter(pk__in=list(group_ids)).annotate(
        active=Count("user", filter=Q(user__is_active=True))
    )
    return {group.pk: group.active for group in counted}


def _member(rows: list[Membership], counts: dict[int, int]) -> Member:
    person, group = rows[0].person, rows[0].group
    if person is None:
        assert group is not None  # noqa: S101  (a membership is of one or the other)
        return Member(group.name, "", is_active=True, count=counts[group.pk], held=tuple(rows))
    name = person.get_full_name() or person.get_username()
    return Member(name, person.get_username(), person.is_active, count=None, held=tuple(rows))


def windows_of(environment: Environment) -> list[Window]:
    return [
        Window(window, ", ".join(_DAYS[day] for day in window.weekdays))
        for window in ChangeWindow.objects.filter(environment=environment)
    ]


def freezes_of(environment: Environment, now: datetime) -> list[Freeze]:
    """Those that hold or will, then the last that ended."""
    rows = Freeze.objects.filter(environment=environment).select_related("declared_by", "lifted_by")
    return sorted(rows[:RECENT_FREEZES], key=lambda row: has_ended(row, now))


def has_ended(freeze: Freeze, now: datetime) -> bool:
    return freeze.lifted_at is not None or (freeze.ends_at is not None and freeze.ends_at <= now)


def entries_about(environment: Environment | None) -> QuerySet[AdministrationEntry]:
    """The last of what administrators did there; for None, to groups, people and tokens."""
    rows = AdministrationEntry.objects.filter(environment=environment)
    return rows.select_related("actor").order_by("-number")[:ENTRIES]


def list_groups() -> QuerySet[Group]:
    rows = Group.objects.order_by("name")
    return rows.prefetch_related("user_set", "memberships__environment", "channels")


def find_people(words: str) -> list[Account]:
    """By name, those who are active first; all for no words."""
    wanted = (
        Q(username__icontains=words)
        | Q(first_name__icontains=words)
        | Q(last_name__icontains=words)
    )
    rows = User.objects.filter(wanted).order_by("-is_active", "username")
    people = list(rows.annotate(roles=Count("memberships")).prefetch_related("groups")[:PEOPLE])
    enrolled = set(Authenticator.objects.filter(user__in=people).values_list("user_id", flat=True))
    linked = set(SocialAccount.objects.filter(user__in=people).values_list("user_id", flat=True))
    return [
        Account(
            person=person,
            groups=tuple(sorted(group.name for group in person.groups.all())),
            roles=person.roles,
            has_second_factor=person.pk in enrolled,
            is_linked=person.pk in linked,
        )
        for person in people
    ]
