"""What Django's admin shows of accounts: who is connected to the provider, and nothing secret.

The library registers more: tables in which somebody could write a second factor or a session for
somebody else, or read what they are made of.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(SocialAccount)
class ConnectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """A person of the provider and their account here; taken apart by deleting the row."""

    list_display = ("user", "provider", "uid", "last_login")
    search_fields = ("user__username", "uid")
    fields = readonly_fields = ("provider", "uid", "user", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (Django's)
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002  (Django's signature)
        obj: object = None,  # noqa: ARG002  (Django's signature)
    ) -> bool:
        return False
