"""Accounts of people, as superusers look after them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, TypeAlias

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from incidents import administration, permissions
from incidents.actions.last_administrators import keeping_administrators
from incidents.actions.tokens import revoke_all_of
from incidents.actions.voiding import void_where_authority_fell
from incidents.refusal import Refused
from incidents.sign_in import sessions

LONGEST_NAME = 150

Data: TypeAlias = dict[str, Any]
"""Any: JSON whose shape belongs to the kind of an entry."""


def create_person(
    *, actor: User, username: str, first_name: str = "", last_name: str = "", email: str = ""
) -> tuple[User, str]:
    """A person without any role yet, and the password to begin with, which is kept nowhere."""
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        administration.hold()
        _require_superuser(actor)
        _require_free(username)
        person = User.objects.create_user(
            username, email, password, first_name=first_name, last_name=last_name
        )
        _record(actor, "person.created", f"made an account for {person}", person)
    return person, password


def deactivate_person(*, actor: User, person_id: int) -> User:
    """End every session and token of a person, who cannot sign in any more. What they did stays."""
    with keeping_administrators():
        person = _person(actor, person_id)
        if not User.objects.filter(pk=person_id, is_active=True).update(is_active=False):
            raise Refused(f"{person} is deactivated already.")
        revoked = _shut_out(person)
        data = _change("active", before=True, after=False) | {"tokens": revoked}
        text = f"deactivated {person}{_and_revoked(revoked)}"
        _record(actor, "person.deactivated", text, person, data)
    void_where_authority_fell(environment_id=None, actor=actor)
    return person


def activate_person(*, actor: User, person_id: int) -> User:
    """With the roles and groups that the person had; tokens stay revoked."""
    with keeping_administrators():
        person = _person(actor, person_id)
        if not User.objects.filter(pk=person_id, is_active=False).update(is_active=True):
            raise Refused(f"{person} is active already.")
        change = _change("active", before=False, after=True)
        _record(actor, "person.activated", f"activated {person} again", person, change)
    return person


def set_superuser(*, actor: User, person_id: int, is_superuser: bool) -> User:
    """Superusers look after environments, groups and people; the last one stays."""
    with keeping_administrators():
        person = _person(actor, person_id)
        rows = User.objects.filter(pk=person_id, is_superuser=not is_superuser)
        if not rows.update(is_superuser=is_superuser, is_staff=is_superuser):
            raise Refused(f"{person} is {'a' if is_superuser else 'no'} superuser already.")
        text = (
            f"made {person} a superuser" if is_superuser else f"{person} is no superuser any more"
        )
        change = _change("superuser", before=not is_superuser, after=is_superuser)
        _record(actor, "person.superuser", text, person, change)
    return person


@dataclass(frozen=True, slots=True)
class NewPassword:
    """`password` is shown once and kept nowhere; with it the API tokens `revoked` ended."""

    person: User
    password: str
    revoked: list[str]


def give_new_password(*, actor: User, person_id: int) -> NewPassword:
    """For who forgot it, or whose account may be in wrong hands: the person's sessions and API
    tokens end, as whoever had the old password may have made one."""
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        administration.hold()
        person = _somebody_else(actor, person_id)
        person.set_password(password)
        person.save(update_fields=["password"])
        revoked = _shut_out(person)
        text = f"gave {person} a new password{_and_revoked(revoked)}"
        _record(actor, "person.password", text, person, {"tokens": revoked})
    return NewPassword(person, password, revoked)


def password_was_set(*, username: str) -> list[str]:
    """The same once somebody who runs the server has set one by hand: which tokens ended."""
    with transaction.atomic():
        administration.hold()
        person = User.objects.get(username=username)
        revoked = _shut_out(person)
        text = f"{person} was given a new password{_and_revoked(revoked)}"
        _record(None, "person.password", text, person, {"tokens": revoked})
    return revoked


def remove_second_factors(*, actor: User, person_id: int) -> User:
    """For who lost phone and recovery codes: the password alone signs in until a new one is set up,
    and approving in protected environments waits for that."""
    with transaction.atomic():
        administration.hold()
        person = _somebody_else(actor, person_id)
        removed, _ = Authenticator.objects.filter(user_id=person_id).delete()
        if not removed:
            raise Refused(f"{person} has no second factor.")
        sessions.end_all_of(person)
        text = f"removed the second factors of {person}"
        _record(actor, "person.second_factor", text, person)
    return person


def let_try_again(*, actor: User, person_id: int) -> User:
    """Write down that failed attempts to sign in are forgotten; who calls this forgets them."""
    with transaction.atomic():
        administration.hold()
        person = _person(actor, person_id)
        text = f"let {person} try to sign in again at once"
        _record(actor, "person.unlocked", text, person)
    return person


def _require_free(username: str) -> None:
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise Refused("A user name has letters, digits and @ . + - _ only.", status=422) from error
    if len(username) > LONGEST_NAME:
        raise Refused(f"A user name has at most {LONGEST_NAME} characters.", status=422)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"There is an account {username} already.")


def _shut_out(person: User) -> list[str]:
    """End every session and token; which tokens worked until now."""
    sessions.end_all_of(person)
    return revoke_all_of(person)


def _and_revoked(tokens: list[str]) -> str:
    return f" and revoked their API tokens: {', '.join(tokens)}" if tokens else ""


def _change(what: str, *, before: bool, after: bool) -> Data:
    return {"before": {what: before}, "after": {what: after}}


def _record(
    actor: User | None, kind: str, text: str, person: User, more: Data | None = None
) -> None:
    data = {"person": person.get_username()} | (more or {})
    administration.record(actor=actor, kind=kind, text=text, data=data)


def _person(actor: User, person_id: int) -> User:
    _require_superuser(actor)
    found = User.objects.filter(pk=person_id).first()
    if found is None:
        raise Refused("That person does not exist.", status=404)
    return found


def _somebody_else(actor: User, person_id: int) -> User:
    """What proves who one is, people change on their own account's page, where it is asked for."""
    person = _person(actor, person_id)
    if person == actor:
        raise Refused("Change your own password and second factors under Your account.")
    return person


def _require_superuser(actor: User) -> None:
    permissions.require_superuser(person=actor, what="change accounts")
