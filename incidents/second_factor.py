"""Whether a person has a second factor, and when this session last saw it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from incidents import clock
from incidents.refusal import Refused, Way

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes stand in for these and are none by themselves."""


def is_enrolled(person: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists())


def proven_at(request: HttpRequest) -> datetime | None:
    """When this session last proved a second factor, signing in included; None for never."""
    return _last(request, {"mfa"})


def signed_in_at(request: HttpRequest) -> datetime | None:
    """When the person last proved in this session who they are, in any way."""
    return _last(request, {"password", "socialaccount", "mfa"})


def _last(request: HttpRequest, methods: set[str]) -> datetime | None:
    records = get_authentication_records(request, request.user)
    moments = [float(record["at"]) for record in records if record.get("method") in methods]
    return datetime.fromtimestamp(max(moments), tz=UTC) if moments else None


def is_fresh(proven: datetime | None) -> bool:
    """Whether a proof of that moment still counts for approving in a protected environment."""
    if proven is None:
        return False
    return clock.now() - proven <= timedelta(minutes=settings.SECOND_FACTOR_MINUTES)


def require_proof(request: HttpRequest, *, back: str, why: str = "") -> None:
    """Refuse who has a second factor and has not shown it lately. Call it once the person may do
    what they ask for; `back` is the page that they ask from, `why` words before the sentence."""
    if not is_missing(request):
        return
    way = way_to_prove(back)._replace(opens_apart=True)
    minutes = settings.SECOND_FACTOR_MINUTES
    needed = f"This needs your second factor, shown within the last {minutes} minutes."
    raise Refused(f"{why}{needed}", status=403, way=way)


def is_missing(request: HttpRequest) -> bool:
    """Whether the person has a second factor that this session has not shown lately: one that
    somebody found or stole."""
    return not is_fresh(proven_at(request)) and is_enrolled(cast("User", request.user))


def way_to_enrol() -> Way:
    """To the page where a second factor is set up."""
    return Way("Set up a second factor", reverse("account"))


def way_to_prove(next_page: str) -> Way:
    """To the page that asks for the second factor and then leads back to `next_page`, a path of
    ours such as "/approvals/"; others are not followed."""
    address = f"{reverse('prove')}?{urlencode({'next': next_page})}"
    return Way("Confirm with your second factor", address)


def way_to_confirm(next_page: str) -> Way:
    """For who has no second factor: to the page that asks for the password again."""
    address = f"{reverse('account_reauthenticate')}?{urlencode({'next': next_page})}"
    return Way("Confirm with your password", address)
