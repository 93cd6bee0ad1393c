"""Roles that a person holds because a group of theirs does."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from incidents import permissions
from incidents.models import Environment, Incident, Membership
from incidents.states import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def grouped(incident: Incident) -> User:
    """In a group that approves in the incident's environment, and nothing besides."""
    person = User.objects.create_user("grouped")
    group = Group.objects.create(name="infrastructure")
    group.user_set.add(person)
    Membership.objects.create(group=group, environment=incident.environment, role=Role.APPROVER)
    return person


def test_group_gives_its_role(grouped: User, incident: Incident) -> None:
    roles = permissions.roles_in(person=grouped, environment=incident.environment)
    assert roles == {Role.APPROVER}
    assert permissions.abilities(person=grouped, incident=incident).can_approve
    assert list(permissions.environments_to_approve_in(grouped)) == [incident.environment]


def test_role_held_twice_shows_everything_once(grouped: User, incident: Incident) -> None:
    Membership.objects.create(person=grouped, environment=incident.environment, role=Role.APPROVER)
    assert list(permissions.visible_incidents(grouped)) == [incident]
    assert list(permissions.environments_to_approve_in(grouped)) == [incident.environment]


def test_who_leaves_the_group_loses_the_role(grouped: User, incident: Incident) -> None:
    grouped.groups.clear()
    assert permissions.roles_in(person=grouped, environment=incident.environment) == set()
    assert not permissions.visible_incidents(grouped).exists()


def test_who_is_deactivated_holds_nothing(grouped: User, incident: Incident) -> None:
    User.objects.filter(pk=grouped.pk).update(is_active=False)
    assert permissions.roles_in(person=grouped, environment=incident.environment) == set()
    assert not permissions.visible_incidents(grouped).exists()


def test_role_counts_in_its_environment_alone(grouped: User) -> None:
    other = Environment.objects.create(name="other", project="other", region="us-central1")
    assert permissions.roles_in(person=grouped, environment=other) == set()
    assert other not in permissions.environments_to_approve_in(grouped)


def test_membership_is_of_a_person_or_of_a_group(incident: Incident) -> None:
    person = factories.make_person("both")
    group = Group.objects.create(name="database")
    with pytest.raises(Exception, match="membership_of_one"):
        Membership.objects.create(
            person=person, group=group, environment=incident.environment, role=Role.VIEWER
        )
