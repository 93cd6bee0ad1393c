"""Django's admin for what has no page of its own: environments, memberships, runbooks."""

from __future__ import annotations

from django.contrib import admin

from incidents.models import Environment, Membership, Runbook


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # generic only in the stubs
    model = Membership
    extra = 0
    autocomplete_fields = ("person",)


@admin.register(Environment)
class EnvironmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    list_display = ("name", "project", "region", "is_protected", "endpoint")
    inlines = (MembershipInline,)


@admin.register(Runbook)
class RunbookAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    list_display = ("title", "slug", "is_shipped")
    readonly_fields = ("slug", "is_shipped")
