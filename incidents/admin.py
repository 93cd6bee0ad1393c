"""Django's admin for what has no page of its own: programs and runbooks. Environments, groups and
people have pages that keep their rules; the ways around these are taken away here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401  (registers what is taken away)
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from incidents import (
    account_admin,  # noqa: F401  (registers what it shows)
    second_factor,
)
from incidents.models import ListedProgram, Runbook
from incidents.recorded_admin import RecordedAdmin
from incidents.targets import program_of
from runbook.commands import registry
from runbook.commands.programs import why_not_listable

admin.site.site_header = admin.site.site_title = "Runbook administration"

for _model in (Group, User):
    admin.site.unregister(_model)


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


def _to_prove(request: HttpRequest) -> HttpResponse | None:
    """What workers run is not for a session that somebody found. Asked before a form is filled, so
    that nothing is typed in vain."""
    here = request.get_full_path()
    if request.method == "POST":
        second_factor.require_proof(request, back=here)
    if second_factor.is_missing(request):
        return redirect(second_factor.way_to_prove(here).address)
    return None


@admin.register(ListedProgram)
class ListedProgramAdmin(RecordedAdmin):
    form = ListedProgramForm
    list_display = ("name", "environment", "written", "effect", "seconds")

    def changeform_view(
        self,
        request: HttpRequest,
        *args: Any,  # Any: Django's  # noqa: ANN401
        **named: Any,  # Any: Django's  # noqa: ANN401
    ) -> Any:  # Any: Django's  # noqa: ANN401
        return _to_prove(request) or super().changeform_view(request, *args, **named)

    def delete_view(
        self,
        request: HttpRequest,
        *args: Any,  # Any: Django's  # noqa: ANN401
        **named: Any,  # Any: Django's  # noqa: ANN401
    ) -> Any:  # Any: Django's  # noqa: ANN401
        return _to_prove(request) or super().delete_view(request, *args, **named)

    def changelist_view(
        self,
        request: HttpRequest,
        *args: Any,  # Any: Django's  # noqa: ANN401
        **named: Any,  # Any: Django's  # noqa: ANN401
    ) -> Any:  # Any: Django's  # noqa: ANN401
        """The list may be read; what is sent from it deletes rows."""
        asked = _to_prove(request) if request.method == "POST" else None
        return asked or super().changelist_view(request, *args, **named)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # Any: Django's
        return {"executable": [], **super().get_changeform_initial_data(request)}


@admin.register(Runbook)
class RunbookAdmin(RecordedAdmin):
    list_display = ("title", "slug", "is_shipped")
    readonly_fields = ("slug", "is_shipped")
