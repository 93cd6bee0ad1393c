"""Nobody locks everybody out: every environment keeps an administrator, and the installation a
superuser who can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from incidents import administration
from incidents.models import Environment, Membership
from incidents.refusal import Refused
from incidents.states import Role


@contextmanager
def keeping_administrators() -> Iterator[None]:
    """One transaction of an administrator. What was done inside is refused at its end, as a whole,
    if it took away the last administrator of an environment or the last superuser.

    Administrators act one after another: of two who remove each other in the same moment the second
    reads what the first has done, permissions included.
    """
    with transaction.atomic():
        administration.hold()
        administered, is_looked_after = _administered(), _has_superuser()
        yield
        _refuse_lost_environments(administered - _administered())
        if is_looked_after and not _has_superuser():
            raise Refused(
                "Nobody could look after the installation any more: this is the last superuser who"
                " can sign in. Make somebody else a superuser first."
            )


def _administered() -> set[int]:
    """Ids of the environments that have an active administrator, by name or through a group."""
    held = Membership.objects.filter(role=Role.ADMINISTRATOR).filter(
        Q(person__is_active=True) | Q(group__user__is_active=True)
    )
    return set(held.values_list("environment", flat=True))


def _has_superuser() -> bool:
    people = list(User.objects.filter(is_active=True, is_superuser=True))
    if settings.LOCAL_PASSWORDS and any(person.has_usable_password() for person in people):
        return True
    linked = SocialAccount.objects.filter(user__in=people)
    return bool(settings.OIDC_URL) and bool(linked.exists())


def _refuse_lost_environments(lost: set[int]) -> None:
    names = list(Environment.objects.filter(pk__in=lost).values_list("name", flat=True))
    if names:
        raise Refused(
            f"{' and '.join(names)} would be left without an administrator."
            " Give somebody else that role first."
        )
