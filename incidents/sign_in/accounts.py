"""Local accounts: who may try, from where, how often; what proves again that it is the person."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from incidents import administration
from incidents.addresses import client_address
from incidents.sign_in import throttle

NOTED = {
    "account/email/password_changed": ("password.changed", "changed their password"),
    "mfa/email/totp_activated": ("factor.added", "set up an authenticator app"),
    "mfa/email/totp_deactivated": ("factor.removed", "removed their authenticator app"),
    "mfa/email/webauthn_added": ("factor.added", "added a passkey"),
    "mfa/email/webauthn_removed": ("factor.removed", "removed a passkey"),
    "mfa/email/recovery_codes_generated": ("factor.codes", "made new recovery codes"),
    "socialaccount/email/account_connected": (
        "account.connected",
        "connected their account with the sign-in provider",
    ),
    "socialaccount/email/account_disconnected": (
        "account.disconnected",
        "took their account and the sign-in provider apart",
    ),
}
"""Of what allauth would tell the person by mail: what the ledger of administration keeps."""


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody makes an account for themselves; failures are counted for a name and an address."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "That name and password do not fit together. Check both; capitals matter in the"
            " password."
        ),
        "too_many_login_attempts": (
            "Too many wrong attempts. Wait five minutes, or ask an administrator to let you try."
        ),
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your present password.",
        "rate_limited": "Too many wrong attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (allauth's)
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_ajax(self, request: HttpRequest) -> bool:  # noqa: ARG002  (allauth's)
        """Never: our pages are answered with pages."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:  # Any: allauth's  # noqa: ANN401
        """Nothing: what happened is to be seen on the page that follows."""

    def pre_authenticate(
        self,
        request: HttpRequest,
        **credentials: Any,  # Any: allauth's signature  # noqa: ANN401
    ) -> None:
        if not settings.LOCAL_PASSWORDS:
            raise ValidationError("Passwords are switched off here; sign in with the button.")
        key = self._get_login_attempts_cache_key(request, **credentials)
        if throttle.seconds_to_wait(request, key=key):
            raise _must_wait(request, key)
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise _must_wait(request, key) from None

    def authentication_failed(
        self,
        request: HttpRequest,
        **credentials: Any,  # Any: allauth's signature  # noqa: ANN401, ARG002
    ) -> None:
        throttle.count_for_address(request)

    def _get_login_attempts_cache_key(
        self,
        request: HttpRequest,  # noqa: ARG002  (allauth's signature)
        **credentials: Any,  # Any: allauth's signature  # noqa: ANN401
    ) -> str:
        """Without the host name that allauth adds: each host would have a count of its own."""
        return throttle.key_of(str(credentials.get("username", "")))

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, str]]:
        """Who has a second factor proves themselves with it: a password alone must not be enough
        to take the second factor away."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        strong = [method for method in methods if method["id"] != "reauthenticate"]
        return strong or methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("account")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,  # Any: allauth's signature  # noqa: ARG002
        email: str | None = None,  # noqa: ARG002  (allauth's signature)
    ) -> None:
        """No mail is sent here; what changed about an account is written down instead."""
        noted = NOTED.get(template_prefix)
        if noted:
            with transaction.atomic():
                administration.record(actor=user, kind=noted[0], text=noted[1])


def _must_wait(request: HttpRequest, key: str) -> ValidationError:
    seconds = throttle.seconds_to_wait(request, key=key)
    return ValidationError(
        f"Too many wrong attempts. Try again in {throttle.in_words(seconds)}, or ask an"
        " administrator to let you try at once.",
        code="too_many_login_attempts",
    )
