"""Django's admin, with everything that is done there in the ledger of administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from incidents import administration
from incidents.models import Environment

PLAIN = (str, int, float, list, dict, type(None))


class RecordedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Whatever is done here is written into the ledger of what administrators did."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:  # Any: Django's  # noqa: ANN401
        self._record(request, obj, "added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:  # Any: Django's  # noqa: ANN401
        self._record(request, obj, "changed")
        return super().log_change(request, obj, message)

    def log_deletions(
        self, request: HttpRequest, queryset: QuerySet[Model]
    ) -> Any:  # Any: Django's  # noqa: ANN401
        for obj in queryset:
            self._record(request, obj, "deleted")
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, obj: Model, verb: str) -> None:
        assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
        environment = getattr(obj, "environment", None)
        administration.record(
            actor=request.user,
            kind=f"{self.opts.model_name}.{verb}",
            text=f"{verb} the {self.opts.verbose_name} {obj}",
            environment=environment if isinstance(environment, Environment) else None,
            data={"after": None if verb == "deleted" else _columns(obj)},
        )


def _columns(obj: Model) -> dict[str, Any]:  # Any: column values
    """What the row holds, related rows by name."""
    named = {field.name: getattr(obj, field.name) for field in obj._meta.concrete_fields}
    return {
        name: value if isinstance(value, PLAIN) else str(value) for name, value in named.items()
    }
