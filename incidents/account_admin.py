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
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from incidents.actions.last_administrators import keeping_administrators
from incidents.recorded_admin import RecordedAdmin

for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(SocialAccount)
class ConnectionAdmin(RecordedAdmin):
    """A person of the provider and their account here; taken apart by deleting the row, unless
    the last superuser could not sign in any more."""

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

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with keeping_administrators():
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        with keeping_administrators():
            super().delete_queryset(request, queryset)
