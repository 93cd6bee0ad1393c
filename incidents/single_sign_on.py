"""Single sign-on: whom the provider's word lets in, as whom, and in which groups.

A person of the provider is found again by its `sub` alone. Names and mail addresses are only what
somebody wrote there, so they open no account that exists already, unless the setting says that a
verified mail address does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.adapter import get_adapter as get_provider_adapter
from allauth.socialaccount.internal import flows
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from incidents.actions import groups
from incidents.refusal import Refused

PROVIDER = "organisation"

Claims = Mapping[str, Any]  # Any: JSON of the provider


def address_of_provider(request: HttpRequest, *, next_page: str, process: str = "login") -> str:
    """Where the browser must go to sign in there, or to "connect" the account it is signed in to;
    comes back to `next_page` if that is ours."""
    provider = get_provider_adapter().get_provider(request, PROVIDER)
    is_ours = url_has_allowed_host_and_scheme(next_page, allowed_hosts=None)
    try:
        leads_on = provider.redirect(
            request, process=process, next_url=next_page if is_ours else None
        )
    except (requests.RequestException, KeyError, ValueError):
        raise Refused(
            f"{settings.OIDC_NAME} does not answer as a sign-in provider should. Try again in a"
            " minute, or sign in with a password.",
            status=503,
        ) from None
    return str(leads_on.headers["Location"])


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """New people get an account without any role; who was switched off stays out."""

    def is_open_for_signup(
        self,
        request: HttpRequest,  # noqa: ARG002  (allauth's signature)
        sociallogin: SocialLogin,  # noqa: ARG002  (allauth's signature)
    ) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = claims_of(sociallogin)
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            _require_nobody_else(request, sociallogin)
            return
        if not sociallogin.is_existing:
            _find_by_mail(request, sociallogin, claims)
        if sociallogin.is_existing:
            take_groups(sociallogin.user, claims)

    def get_connect_redirect_url(
        self,
        request: HttpRequest,  # noqa: ARG002  (allauth's signature)
        socialaccount: SocialAccount,  # noqa: ARG002  (allauth's signature)
    ) -> str:
        return reverse("account")

    def save_user(
        self,
        request: HttpRequest,
        sociallogin: SocialLogin,
        form: object = None,
    ) -> User:
        person: User = super().save_user(request, sociallogin, form)
        take_groups(person, claims_of(sociallogin))
        return person


def claims_of(sociallogin: SocialLogin) -> Claims:
    """What the provider says, of both its answers; they must be about the same person."""
    said = sociallogin.account.extra_data
    token, userinfo = said.get("id_token") or {}, said.get("userinfo") or {}
    if token and userinfo and token.get("sub") != userinfo.get("sub"):
        raise Refused("The sign-in provider spoke of two people at once. Nobody was signed in.")
    return {**token, **userinfo}


def take_groups(person: User, claims: Claims) -> None:
    """The groups of the claim that exist here, and no others. No claim, no groups."""
    name = settings.OIDC_GROUPS_CLAIM
    if not name:
        return
    listed = claims.get(name)
    names = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    groups.follow_provider(person=person, names=names)


def disconnect(request: HttpRequest, person: User) -> None:
    """Only for who has another way in."""
    if not person.has_usable_password():
        raise Refused("Without it you could not sign in any more: you have no password here.")
    for row in SocialAccount.objects.filter(user_id=person.pk):
        flows.connect.disconnect(request, row)


def _require_nobody_else(request: HttpRequest, sociallogin: SocialLogin) -> None:
    if sociallogin.is_existing and sociallogin.user != request.user:
        raise Refused(
            f"Your sign-in at {settings.OIDC_NAME} belongs to another account here already. Ask an"
            " administrator to take the two apart."
        )


def _find_by_mail(request: HttpRequest, sociallogin: SocialLogin, claims: Claims) -> None:
    """An account with this address may be the same person's; two accounts of one person would be
    two pairs of eyes."""
    mail = str(claims.get("email") or "")
    found = list(User.objects.filter(email__iexact=mail)) if mail else []
    if not found:
        return
    is_sure = settings.OIDC_MATCHES_MAIL and claims.get("email_verified") is True
    if not is_sure or len(found) > 1 or not found[0].is_active:
        raise Refused(
            f"There is an account with the address {mail} here already, and it does not belong to"
            f" your sign-in at {settings.OIDC_NAME} yet. If it is yours, sign in with your password"
            " and connect the two on the page of your account.",
            status=403,
        )
    sociallogin.connect(request, found[0])
