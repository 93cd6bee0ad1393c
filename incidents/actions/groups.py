"""Groups of people: who is in them. Roles are given to groups in `roles.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet

from incidents import administration, permissions
from incidents.actions.last_administrators import keeping_administrators
from incidents.actions.tell import cancel
from incidents.actions.voiding import void_where_authority_fell
from incidents.models import Environment, Incident, Membership, Notification, Step
from incidents.refusal import Refused
from incidents.sign_in import sessions
from incidents.states import IncidentState
from runbook.document.approval_policy import ROLES, PolicyError, parse_policy, slug

LONGEST = 60


def create_group(*, actor: User, name: str) -> Group:
    """A group that roles and approval policies can name; names differ in more than capitals."""
    name = " ".join(name.split())
    _require_good_name(name)
    with transaction.atomic():
        administration.hold()
        _require_superuser(actor)
        if slug(name) in {slug(other) for other in Group.objects.values_list("name", flat=True)}:
            raise Refused(f"There is a group {name} already.")
        group = Group.objects.create(name=name)
        _record(actor, "group.created", f"made the group {name}", group, [], [])
    return group


def delete_group(*, actor: User, group_id: int) -> None:
    """Only one that no environment and no open incident names: nobody's role goes with it unseen,
    and no question that waits for its people becomes one that any approver answers. What still
    waits for its channels is not sent."""
    with keeping_administrators():
        group = _group(actor, group_id)
        roles = [f"{row.role} in {row.environment}" for row in _memberships(group)]
        if roles:
            raise Refused(f"The group {group} is {', '.join(roles)}. Take these roles first.")
        naming = _named_by(group)
        if naming:
            raise Refused(
                f"The approval policy of {', '.join(naming)} names the group {group}. Change the"
                " policy, or close the incident, first."
            )
        members = _members(group)
        _record(actor, "group.deleted", f"deleted the group {group}", group, members, [])
        told = Notification.objects.filter(channel__group=group)
        cancel(told.values_list("pk", flat=True))
        group.delete()


def add_to_group(*, actor: User, group_id: int, person: User) -> Group:
    """The person gets every role of the group at once."""
    with keeping_administrators():
        group = _group(actor, group_id)
        before = _members(group)
        if person.get_username() in before:
            raise Refused(f"{person} is in the group {group} already.")
        group.user_set.add(person)
        text = f"put {person} into the group {group}"
        _record(actor, "group.changed", text, group, before, _members(group))
    return group


def remove_from_group(*, actor: User, group_id: int, person: User) -> Group:
    """The person loses every role that comes from the group alone."""
    with keeping_administrators():
        group = _group(actor, group_id)
        before = _members(group)
        if person.get_username() not in before:
            raise Refused(f"{person} is not in the group {group} any more.")
        group.user_set.remove(person)
        text = f"took {person} out of the group {group}"
        _record(actor, "group.changed", text, group, before, _members(group))
        sessions.tell_pages()
    void_where_authority_fell(environment_id=None, actor=actor)
    return group


def follow_provider(*, person: User, names: Collection[str]) -> None:
    """At sign-in: be in exactly those of our groups that the organisation's provider names.

    The provider's word holds even where it takes an environment's last administrator: superusers
    remain, and they are nobody's member.
    """
    with transaction.atomic():
        administration.hold()
        before = sorted(person.groups.values_list("name", flat=True))
        found = Group.objects.filter(name__in=names)
        after = sorted(found.values_list("name", flat=True))
        if before == after:
            return
        person.groups.set(found)
        administration.record(
            actor=None,
            kind="group.followed",
            text=f"the organisation's sign-in says which groups {person} is in",
            data={"person": person.get_username(), "before": before, "after": after},
        )
        sessions.tell_pages()
    if set(before) - set(after):
        void_where_authority_fell(environment_id=None, actor=None)


def _require_good_name(name: str) -> None:
    if not name or len(name) > LONGEST or not name.isprintable() or "+" in name:
        raise Refused(
            f"A group's name has up to {LONGEST} characters, such as infrastructure.", status=422
        )
    if slug(name).removesuffix("s") in (*ROLES, "viewer") or not name[0].isalpha():
        raise Refused(
            f"“{name}” would mean something else in an approval policy. Choose another name.",
            status=422,
        )


def _named_by(group: Group) -> list[str]:
    """What has an approval policy that names the group, as policies may: "2 databases"."""
    names = {slug(group.name), f"{slug(group.name)}s"}
    return list(dict.fromkeys(where for where, policy in _policies() if names & _named_in(policy)))


def _policies() -> Iterator[tuple[str, str]]:
    """Of environments, and of open incidents: their runbooks' and those of single steps."""
    for row in Environment.objects.exclude(changes_policy="", destroys_policy=""):
        yield from ((row.name, policy) for policy in (row.changes_policy, row.destroys_policy))
    opened = Incident.objects.filter(state=IncidentState.OPEN)
    for incident in opened.only("number", "approval_policy"):
        yield from ((incident.name, policy) for policy in incident.approval_policy.values())
    steps = Step.objects.filter(incident__state=IncidentState.OPEN).exclude(approve="")
    for step in steps.select_related("incident").only("approve", "incident__number"):
        yield step.incident.name, step.approve


def _named_in(policy: str) -> set[str]:
    """What cannot be read names nobody: two approvers decide then."""
    try:
        return {term.role for term in parse_policy(policy)}
    except PolicyError:
        return set()


def _memberships(group: Group) -> QuerySet[Membership]:
    return Membership.objects.filter(group=group).select_related("environment")


def _members(group: Group) -> list[str]:
    return sorted(group.user_set.values_list("username", flat=True))


def _record(
    actor: User, kind: str, text: str, group: Group, before: list[str], after: list[str]
) -> None:
    data = {"group": group.name, "before": before, "after": after}
    administration.record(actor=actor, kind=kind, text=text, data=data)


def _group(actor: User, group_id: int) -> Group:
    _require_superuser(actor)
    found = Group.objects.filter(pk=group_id).first()
    if found is None:
        raise Refused("That group does not exist any more.", status=404)
    return found


def _require_superuser(actor: User) -> None:
    permissions.require_superuser(person=actor, what="change groups")
