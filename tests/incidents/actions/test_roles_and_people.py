"""Who looks after environments, groups and accounts; nobody locks everybody out."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from incidents import clock, permissions
from incidents.actions import groups, people, roles, tokens
from incidents.models import (
    AdministrationEntry,
    ApiToken,
    Environment,
    Incident,
    Membership,
    Run,
)
from incidents.queries.tokens import working_tokens
from incidents.refusal import Refused
from incidents.states import Role
from tests import factories
from tests.incidents.conftest import at_once


@pytest.fixture
def staging(db: None) -> Environment:
    return factories.make_environment()


@pytest.fixture
def administrator(staging: Environment) -> User:
    return factories.make_person("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture
def infrastructure(db: None) -> Group:
    return Group.objects.create(name="infrastructure")


def may_administer(person: User, environment: Environment) -> bool:
    return permissions.may_administer(person=person, environment=environment)


def test_role_given_is_written_down_with_what_was_before(
    administrator: User, staging: Environment, leader: User
) -> None:
    roles.grant_role(
        actor=administrator, environment_id=staging.pk, holder=leader, role=Role.RESPONDER
    )

    entry = AdministrationEntry.objects.get()
    assert (entry.actor, entry.kind, entry.environment) == (administrator, "role.changed", staging)
    assert entry.text == "made leader responder in staging"
    assert (entry.data["before"], entry.data["after"]) == (["viewer"], ["responder", "viewer"])
    assert Role.RESPONDER in permissions.roles_in(person=leader, environment=staging)


@pytest.mark.parametrize("who", ["commander", "outsider"])
def test_role_is_not_given_by_who_is_no_administrator_there(
    who: str, request: pytest.FixtureRequest, staging: Environment, leader: User
) -> None:
    actor = request.getfixturevalue(who)

    with pytest.raises(Refused, match="one of its administrators"):
        roles.grant_role(
            actor=actor, environment_id=staging.pk, holder=actor, role=Role.ADMINISTRATOR
        )

    assert not AdministrationEntry.objects.exists()


def test_role_is_given_once(administrator: User, staging: Environment, leader: User) -> None:
    with pytest.raises(Refused, match="viewer in staging already"):
        roles.grant_role(
            actor=administrator, environment_id=staging.pk, holder=leader, role=Role.VIEWER
        )


def test_role_of_a_group_is_that_of_its_active_members_once_each(
    administrator: User, staging: Environment, root: User, infrastructure: Group, engineer: User
) -> None:
    roles.grant_role(
        actor=administrator, environment_id=staging.pk, holder=infrastructure, role=Role.COMMANDER
    )
    groups.add_to_group(actor=root, group_id=infrastructure.pk, person=engineer)
    Membership.objects.create(person=engineer, environment=staging, role=Role.COMMANDER)
    incident = factories.make_incident(engineer)

    commanding = permissions.who_holds(staging, permissions.COMMANDING)
    assert list(commanding.order_by("username")) == [administrator, engineer]
    assert list(permissions.visible_incidents(engineer)) == [incident]
    assert list(permissions.environments_to_declare_in(engineer)) == [staging]
    assert list(permissions.visible_environments(engineer)) == [staging]

    people.deactivate_person(actor=root, person_id=engineer.pk)
    assert list(permissions.who_holds(staging, permissions.COMMANDING)) == [administrator]
    assert not permissions.visible_incidents(engineer).exists()


def test_last_administrator_stays(administrator: User, staging: Environment) -> None:
    held = Membership.objects.get(person=administrator)

    with pytest.raises(Refused, match="left without an administrator"):
        roles.revoke_role(actor=administrator, membership_id=held.pk)

    assert may_administer(administrator, staging)
    assert not AdministrationEntry.objects.exists()


def test_administrator_goes_when_a_group_with_an_active_member_remains(
    administrator: User, staging: Environment, infrastructure: Group, engineer: User
) -> None:
    held = Membership.objects.get(person=administrator)
    roles.grant_role(
        actor=administrator,
        environment_id=staging.pk,
        holder=infrastructure,
        role=Role.ADMINISTRATOR,
    )
    with pytest.raises(Refused, match="left without an administrator"):
        roles.revoke_role(actor=administrator, membership_id=held.pk)

    infrastructure.user_set.add(engineer)
    roles.revoke_role(actor=administrator, membership_id=held.pk)

    assert not may_administer(administrator, staging)
    assert may_administer(engineer, staging)


def test_last_member_of_the_administrating_group_stays(
    root: User, staging: Environment, infrastructure: Group, engineer: User
) -> None:
    Membership.objects.create(group=infrastructure, environment=staging, role=Role.ADMINISTRATOR)
    infrastructure.user_set.add(engineer)

    with pytest.raises(Refused, match="staging would be left"):
        groups.remove_from_group(actor=root, group_id=infrastructure.pk, person=engineer)
    with pytest.raises(Refused, match="staging would be left"):
        people.deactivate_person(actor=root, person_id=engineer.pk)

    assert may_administer(User.objects.get(pk=engineer.pk), staging)


def test_last_superuser_who_can_sign_in_stays(root: User) -> None:
    without_password = User.objects.create_superuser("robot")
    for take in (
        lambda: people.deactivate_person(actor=root, person_id=root.pk),
        lambda: people.set_superuser(actor=root, person_id=root.pk, is_superuser=False),
    ):
        with pytest.raises(Refused, match="last superuser who can sign in"):
            take()

    people.set_superuser(actor=root, person_id=without_password.pk, is_superuser=False)
    assert list(User.objects.filter(is_superuser=True, is_active=True)) == [root]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(staging: Environment) -> None:
    pair = [factories.make_person(name, Role.ADMINISTRATOR) for name in ("one", "other")]
    held = [Membership.objects.get(person=person) for person in pair]

    answers = at_once(
        lambda: roles.revoke_role(actor=pair[0], membership_id=held[1].pk),
        lambda: roles.revoke_role(actor=pair[1], membership_id=held[0].pk),
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Membership.objects.filter(role=Role.ADMINISTRATOR).count() == 1
    assert AdministrationEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_superusers_who_deactivate_each_other_leave_one(root: User) -> None:
    other = User.objects.create_superuser("other", password="pass-word-1234")

    answers = at_once(
        lambda: people.deactivate_person(actor=root, person_id=other.pk),
        lambda: people.deactivate_person(actor=other, person_id=root.pk),
    )

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.sentence for answer in refused] == [
        "You may not change accounts. Ask a superuser."
    ]
    assert User.objects.filter(is_active=True, is_superuser=True).count() == 1


def test_group_is_made_filled_and_deleted_with_every_change_written_down(
    root: User, engineer: User, staging: Environment
) -> None:
    group = groups.create_group(actor=root, name="database")
    groups.add_to_group(actor=root, group_id=group.pk, person=engineer)
    groups.remove_from_group(actor=root, group_id=group.pk, person=engineer)
    with pytest.raises(Refused, match="not in the group database any more"):
        groups.remove_from_group(actor=root, group_id=group.pk, person=engineer)
    groups.delete_group(actor=root, group_id=group.pk)

    changes = [
        (entry.kind, entry.data["before"], entry.data["after"])
        for entry in AdministrationEntry.objects.order_by("number")
    ]
    assert changes == [
        ("group.created", [], []),
        ("group.changed", [], ["engineer"]),
        ("group.changed", ["engineer"], []),
        ("group.deleted", [], []),
    ]


def test_nothing_waits_for_the_channels_of_a_deleted_group(root: User) -> None:
    group = groups.create_group(actor=root, name="database")
    channel = factories.make_channel(group=group, created_by=root)
    row = factories.make_notification(channel=channel, shown="Room", state="waiting")

    groups.delete_group(actor=root, group_id=group.pk)

    row.refresh_from_db()
    assert (row.state, row.channel) == ("cancelled", None)


@pytest.mark.parametrize("name", ["approvers", "Commander", "", "a + b", "2nd line", "x" * 61])
def test_group_is_not_called_what_a_policy_reads_otherwise(root: User, name: str) -> None:
    with pytest.raises(Refused) as refused:
        groups.create_group(actor=root, name=name)

    assert refused.value.status == 422


def test_group_that_environments_name_is_not_deleted(
    root: User, staging: Environment, infrastructure: Group
) -> None:
    Environment.objects.filter(pk=staging.pk).update(changes_policy="1 Infrastructure")
    with pytest.raises(Refused, match="policy of staging names the group"):
        groups.delete_group(actor=root, group_id=infrastructure.pk)
    Environment.objects.filter(pk=staging.pk).update(changes_policy="2 infrastructures")
    with pytest.raises(Refused, match="policy of staging names the group"):
        groups.delete_group(actor=root, group_id=infrastructure.pk)

    Membership.objects.create(group=infrastructure, environment=staging, role=Role.VIEWER)
    with pytest.raises(Refused, match="is viewer in staging"):
        groups.delete_group(actor=root, group_id=infrastructure.pk)


def test_group_that_an_open_incident_names_is_not_deleted(
    root: User, infrastructure: Group
) -> None:
    incident = factories.make_incident(approval_policy={"changes": "1 Infrastructure"})
    for _ in range(2):
        with pytest.raises(Refused, match=f"policy of {incident.name} names the group"):
            groups.delete_group(actor=root, group_id=infrastructure.pk)
        Incident.objects.update(approval_policy={"changes": "no + + policy"})
        factories.make_step(factories.make_phase(incident), approve="1 infrastructure")

    Incident.objects.update(state="resolved")
    groups.delete_group(actor=root, group_id=infrastructure.pk)


def test_groups_and_people_are_for_superusers_alone(
    administrator: User, infrastructure: Group
) -> None:
    for attempt in (
        lambda: groups.create_group(actor=administrator, name="mine"),
        lambda: groups.add_to_group(
            actor=administrator, group_id=infrastructure.pk, person=administrator
        ),
        lambda: people.create_person(actor=administrator, username="friend"),
        lambda: people.set_superuser(
            actor=administrator, person_id=administrator.pk, is_superuser=True
        ),
        lambda: people.give_new_password(actor=administrator, person_id=administrator.pk),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.status == 403


def test_person_begins_with_a_password_that_is_written_down_nowhere(root: User) -> None:
    person, password = people.create_person(actor=root, username="nina", first_name="Nina")

    assert person.check_password(password)
    assert not permissions.visible_environments(person).exists()
    entry = AdministrationEntry.objects.get()
    assert (entry.kind, entry.data) == ("person.created", {"person": "nina"})
    with pytest.raises(Refused, match="an account Nina already"):
        people.create_person(actor=root, username="Nina")


def _token(person: User, name: str = "deploy") -> ApiToken:
    token, _secret = tokens.create_token(actor=person, name=name, scopes=["read"], days=9)
    return token


def test_deactivated_person_has_no_token_that_works_again(root: User, engineer: User) -> None:
    token = _token(engineer)
    people.deactivate_person(actor=root, person_id=engineer.pk)
    with pytest.raises(Refused, match="deactivated already"):
        people.deactivate_person(actor=root, person_id=engineer.pk)
    people.activate_person(actor=root, person_id=engineer.pk)

    assert ApiToken.objects.get().revoked_at is not None
    assert User.objects.get(pk=engineer.pk).is_active
    entry = AdministrationEntry.objects.get(kind="person.deactivated")
    assert entry.data["tokens"] == [str(token)]


def test_new_password_of_an_administrator_ends_the_tokens_too(root: User, engineer: User) -> None:
    """Who had the old one may have made a token with it."""
    token, others = _token(engineer), _token(root)
    tokens.revoke_token(actor=engineer, token_id=_token(engineer, "gone").pk)

    given = people.give_new_password(actor=root, person_id=engineer.pk)

    assert given.revoked == [str(token)]
    assert not working_tokens(engineer, clock.now()).exists()
    assert list(working_tokens(root, clock.now())) == [others]
    entry = AdministrationEntry.objects.get(kind="person.password")
    assert entry.text == f"gave engineer a new password and revoked their API tokens: {token}"
    assert entry.data == {"person": "engineer", "tokens": [str(token)]}


def test_password_set_by_hand_ends_the_tokens_too(engineer: User) -> None:
    token = _token(engineer)

    assert people.password_was_set(username="engineer") == [str(token)]

    entry = AdministrationEntry.objects.get(kind="person.password")
    assert (entry.actor, entry.data["tokens"]) == (None, [str(token)])


def test_superuser_changes_the_own_password_where_the_present_one_is_asked_for(root: User) -> None:
    for attempt in (people.give_new_password, people.remove_second_factors):
        with pytest.raises(Refused, match="under Your account"):
            attempt(actor=root, person_id=root.pk)


def test_provider_of_sign_in_says_who_is_in_our_groups(
    engineer: User, infrastructure: Group
) -> None:
    Group.objects.create(name="database").user_set.add(engineer)

    groups.follow_provider(person=engineer, names={"infrastructure", "unknown here"})
    groups.follow_provider(person=engineer, names={"infrastructure"})

    assert list(engineer.groups.all()) == [infrastructure]
    entry = AdministrationEntry.objects.get()
    assert (entry.actor, entry.data["before"]) == (None, ["database"])


@pytest.fixture
def waiting(db: None) -> Run:
    """A change that waits for approval."""
    incident = factories.make_incident()
    step = factories.make_step(factories.make_phase(incident))
    command = factories.make_command(step, text=factories.UPDATE, effect="changes")
    return factories.make_waiting_approval(command, incident.commander).run


@pytest.mark.parametrize("how", ["role", "account"])
def test_requester_who_loses_authority_has_nothing_waiting(
    how: str, waiting: Run, administrator: User, root: User
) -> None:
    requester = waiting.requested_by
    if how == "role":
        held = Membership.objects.get(person=requester, role=Role.COMMANDER)
        roles.revoke_role(actor=administrator, membership_id=held.pk)
    else:
        people.deactivate_person(actor=root, person_id=requester.pk)

    waiting.refresh_from_db()
    assert waiting.state == "void"
