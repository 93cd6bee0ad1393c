"""Giving people and groups a role in an environment, and taking it away."""

from __future__ import annotations

from django.contrib.auth.models import Group, User

from incidents import administration, permissions
from incidents.actions.last_administrators import keeping_administrators
from incidents.actions.voiding import void_where_authority_fell
from incidents.models import Environment, Membership
from incidents.refusal import Refused
from incidents.sign_in import sessions
from incidents.states import Role


def grant_role(*, actor: User, environment_id: int, holder: User | Group, role: Role) -> Membership:
    """Let a person, or everybody in a group, do what the role may."""
    with keeping_administrators():
        environment = _environment(actor, environment_id)
        if isinstance(holder, User) and not User.objects.get(pk=holder.pk).is_active:
            raise Refused(f"{name_of(holder)} is deactivated. Activate the account first.")
        before = roles_of(holder, environment)
        if role in before:
            raise Refused(f"{name_of(holder)} is {role} in {environment} already.")
        membership = Membership.objects.create(environment=environment, role=role, **_by(holder))
        _record(actor, environment, holder, before, f"made {name_of(holder)} {role}")
    return membership


def revoke_role(*, actor: User, membership_id: int) -> Environment:
    """Take one role away, and what rests on it. The last administrator stays."""
    with keeping_administrators():
        found = _membership(membership_id)
        environment = _environment(actor, found.environment_id)
        holder = found.person or found.group
        assert holder is not None  # noqa: S101  (a membership is of one or the other)
        before = roles_of(holder, environment)
        Membership.objects.filter(pk=found.pk).delete()
        text = f"took the role {found.role} from {name_of(holder)}"
        _record(actor, environment, holder, before, text)
        sessions.tell_pages()
    void_where_authority_fell(environment_id=environment.pk, actor=actor)
    return environment


def roles_of(holder: User | Group, environment: Environment) -> list[str]:
    """What this person holds by name, or this group."""
    rows = Membership.objects.filter(environment=environment, **_by(holder))
    return sorted(rows.values_list("role", flat=True))


def name_of(holder: User | Group) -> str:
    return holder.get_username() if isinstance(holder, User) else f"the group {holder.name}"


def _by(holder: User | Group) -> dict[str, int]:
    return {"person_id" if isinstance(holder, User) else "group_id": holder.pk}


def _record(
    actor: User, environment: Environment, holder: User | Group, before: list[str], text: str
) -> None:
    who = {"person" if isinstance(holder, User) else "group": str(holder)}
    administration.record(
        actor=actor,
        kind="role.changed",
        text=f"{text} in {environment}",
        environment=environment,
        data=who | {"before": before, "after": roles_of(holder, environment)},
    )


def _environment(actor: User, environment_id: int) -> Environment:
    found = Environment.objects.filter(pk=environment_id).first()
    if found is None:
        raise Refused("That environment does not exist.", status=404)
    permissions.require_administrator(person=actor, environment=found, what="give or take roles in")
    return found


def _membership(membership_id: int) -> Membership:
    found = Membership.objects.select_related("person", "group").filter(pk=membership_id).first()
    if found is None:
        raise Refused("Somebody has taken this role away already.", status=404)
    return found
