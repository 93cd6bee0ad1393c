"""Second factors: codes of an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser

from incidents.sign_in.sealed import seal, unseal


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets are sealed before they are stored; passkeys belong to the host name alone."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": (
            "That did not work. A code counts once and for half a minute: take the one that is"
            " shown now."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Runbook"}

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: str,  # noqa: A002  (allauth's signature)
    ) -> str:
        """A name to begin with; people give the device's."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"
