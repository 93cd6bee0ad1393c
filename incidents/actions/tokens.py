"""Tokens with which programs speak for a person: made, used, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from incidents import administration, clock, permissions
from incidents.models import ApiToken
from incidents.queries.tokens import working_tokens
from incidents.refusal import Refused
from incidents.states import Scope

PREFIX = "rb_"
LONGEST_DAYS = 365
MOST = 20
USED_SECONDS = 60
"""How exact "last used" is."""

_SHOWN = 9


def create_token(
    *, actor: User, name: str, scopes: Collection[str], days: int
) -> tuple[ApiToken, str]:
    """The token's row and the token itself, which is shown once and kept nowhere."""
    name = " ".join(name.split())
    _require_sound(name, scopes, days)
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        administration.hold()
        if working_tokens(actor, now).count() >= MOST:
            raise Refused(f"You have {MOST} tokens already. Revoke one that you do not use.")
        token = ApiToken.objects.create(
            person=actor,
            name=name,
            prefix=secret[:_SHOWN],
            digest=digest_of(secret),
            scopes=[scope for scope in Scope.values if scope in scopes],
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        _record(actor, token, "token.created", f"made the API token {token}")
    return token, secret


def revoke_token(*, actor: User, token_id: int) -> ApiToken:
    """At once and for ever. A superuser may revoke everybody's."""
    with transaction.atomic():
        administration.hold()
        token = ApiToken.objects.select_related("person").filter(pk=token_id).first()
        if token is None or not (token.person == actor or permissions.is_superuser(actor)):
            raise Refused("You have no such token.", status=404)
        rows = ApiToken.objects.filter(pk=token_id, revoked_at=None)
        if not rows.update(revoked_at=clock.now()):
            raise Refused("This token was revoked already.")
        _record(actor, token, "token.revoked", f"revoked the API token {token} of {token.person}")
    return token


def revoke_own_tokens(*, actor: User) -> list[str]:
    """All that still work, and which they were; none is no error."""
    with transaction.atomic():
        administration.hold()
        revoked = revoke_all_of(actor)
        if revoked:
            administration.record(
                actor=actor,
                kind="tokens.revoked",
                text=f"revoked their own API tokens: {', '.join(revoked)}",
                data={"person": actor.get_username(), "tokens": revoked},
            )
    return revoked


def revoke_all_of(person: User) -> list[str]:
    """Which worked until now, for the entry of the caller, who holds the ledger of administration:
    nobody makes another one meanwhile."""
    now = clock.now()
    named = [str(token) for token in working_tokens(person, now)]
    ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    return named


def use_token(secret: str) -> ApiToken:
    """The token's row with its person. Refused in words with status 401 when it opens nothing."""
    now = clock.now()
    token = ApiToken.objects.select_related("person").filter(digest=digest_of(secret)).first()
    if token is None:
        raise Refused("This token is not known here.", status=401)
    if token.revoked_at is not None:
        raise Refused(f"This token was revoked on {token.revoked_at:%Y-%m-%d}.", status=401)
    if token.expires_at <= now:
        raise Refused(
            f"This token expired on {token.expires_at:%Y-%m-%d}. Make another.", status=401
        )
    if not token.person.is_active:
        raise Refused("The person of this token is deactivated.", status=401)
    late = Q(last_used_at=None) | Q(last_used_at__lte=now - timedelta(seconds=USED_SECONDS))
    ApiToken.objects.filter(late, pk=token.pk).update(last_used_at=now)
    return token


def digest_of(secret: str) -> str:
    """A token has 256 bits of chance: one round of SHA-256 is enough to keep it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _require_sound(name: str, scopes: Collection[str], days: int) -> None:
    if not name or len(name) > 60:
        raise Refused("Name the program that will use the token, in up to 60 letters.", status=422)
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Refused(f"Choose what the token may do: {', '.join(Scope.values)}.", status=422)
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(f"A token lasts between 1 and {LONGEST_DAYS} days.", status=422)


def _record(actor: User, token: ApiToken, kind: str, text: str) -> None:
    administration.record(
        actor=actor,
        kind=kind,
        text=text,
        data={
            "person": token.person.get_username(),
            "prefix": token.prefix,
            "scopes": token.scopes,
            "expires_at": token.expires_at.isoformat(),
        },
    )
