"""Django's admin for what has no page of its own: environments, memberships, programs, runbooks."""

from __future__ import annotations

import ipaddress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from incidents import account_admin  # noqa: F401  (registers what it shows)
from incidents.models import Environment, ListedProgram, Membership, Runbook
from incidents.targets import program_of
from runbook.cloud.endpoints import check_endpoint
from runbook.commands import registry
from runbook.commands.programs import why_not_listable

admin.site.site_header = admin.site.site_title = "Runbook administration"


class EnvironmentForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Refuses networks that are none and addresses elsewhere, before a worker meets them."""

    endpoint = forms.URLField(
        required=False,
        max_length=200,
        assume_scheme="http",
        help_text="A simulator on this machine; empty for the real Google.",
    )

    class Meta:
        help_texts = {
            "scenario": "The state that the simulator starts from.",
            "allowed_hosts": 'Hosts that probes such as curl may ask: ["app.example.com"] for '
            'ports 80 and 443, or "app.example.com:8443".',
            "allowed_networks": "Private networks that probes may reach besides public "
            'addresses: ["10.20.0.0/16"]. The metadata server is refused always.',
            "routes": "Only with a simulator: which address answers for a host.",
            "is_protected": "Pages of its incidents get a coloured rim.",
        }

    def clean_endpoint(self) -> str:
        return _on_this_machine(str(self.cleaned_data["endpoint"]))

    def clean_routes(self) -> dict[str, str]:
        given = self.cleaned_data["routes"]
        if not isinstance(given, dict):
            raise forms.ValidationError('Write {"app.example.com": "http://127.0.0.1:8001"}.')
        return {host: _on_this_machine(str(base)) for host, base in given.items()}

    def clean_allowed_hosts(self) -> list[str]:
        """In lower case, as addresses are compared."""
        given = self.cleaned_data["allowed_hosts"]
        if not _is_words(given):
            raise forms.ValidationError('Write a list of hosts: ["app.example.com"].')
        return [host.lower() for host in given]

    def clean_allowed_networks(self) -> list[str]:
        given = self.cleaned_data["allowed_networks"]
        if not isinstance(given, list):
            raise forms.ValidationError('Write a list of networks: ["10.20.0.0/16"].')
        for network in given:
            try:
                ipaddress.ip_network(str(network))
            except ValueError as error:
                raise forms.ValidationError(f"{network} is not a network: {error}.") from error
        return given


def _on_this_machine(address: str) -> str:
    try:
        check_endpoint(address)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error
    return address


class ListedProgramForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Refuses what could not be run as listed, with the reason."""

    class Meta:
        help_texts = {
            "written": "How runbooks begin it: python scripts/deploy.py. Workers run it only "
            "where RUNBOOK_PROGRAMS=true is set.",
            "executable": "What runs in its place, an absolute path and its first words: "
            '["/opt/tools/bin/python", "/opt/tools/deploy.py"].',
            "pattern": "What each further argument must match as a whole: "
            "--service=(auth|backend). Empty permits none.",
            "effect": "What reads runs at once; all else is planned and approved first.",
            "seconds": "How long a run may take.",
            "folder": "The working folder, an absolute path.",
            "variables": "Names of the worker's variables that the program gets, and no "
            'others: ["DEPLOY_TOKEN"].',
        }

    def clean(self) -> dict[str, Any]:  # Any: Django's signature
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        for name in ("executable", "variables"):
            if not _is_words(cleaned[name]):
                self.add_error(name, 'Write a list of words: ["/opt/tools/deploy", "--verbose"].')
                return cleaned
        row = ListedProgram(**{name: cleaned[name] for name in cleaned if name != "id"})
        reason = why_not_listable(program_of(row), sorted(registry.first_words()))
        if not reason and row.seconds > settings.RUN_DEADLINE_SECONDS:
            reason = f"A run may take {settings.RUN_DEADLINE_SECONDS:g} seconds at most."
        if reason:
            self.add_error(None, reason)
        return cleaned


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # generic only in the stubs
    model = Membership
    extra = 0
    autocomplete_fields = ("person",)


@admin.register(Environment)
class EnvironmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    form = EnvironmentForm
    list_display = ("name", "project", "region", "is_protected", "endpoint")
    inlines = (MembershipInline,)


@admin.register(ListedProgram)
class ListedProgramAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    form = ListedProgramForm
    list_display = ("name", "environment", "written", "effect", "seconds")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's
        return {"executable": [], **super().get_changeform_initial_data(request)}


@admin.register(Runbook)
class RunbookAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    list_display = ("title", "slug", "is_shipped")
    readonly_fields = ("slug", "is_shipped")
