"""The list of components on the status page: filled by runbooks, edited by administrators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from incidents import administration, clock, live, permissions
from incidents.actions.public_words import require_no_secret
from incidents.models import ServiceComponent
from incidents.redacting import redactor_with
from incidents.refusal import Refused

WHAT = "change the components of the status page"


class Named(Protocol):
    """A component as a runbook or an incident has it."""

    @property
    def name(self) -> str: ...
    @property
    def function(self) -> str: ...
    @property
    def priority(self) -> str: ...


def list_components(components: Iterable[Named]) -> None:
    """Add those that the page does not list yet, after those it does. What administrators wrote of
    the others stands. A secret in a runbook's words is taken out: nobody is there to be refused."""
    redact = redactor_with({}, []).text
    missing = {redact(component.name)[:100]: component for component in components}
    for name in ServiceComponent.objects.filter(name__in=missing).values_list("name", flat=True):
        del missing[name]
    last = ServiceComponent.objects.aggregate(last=Max("position"))["last"] or 0
    now = clock.now()
    ServiceComponent.objects.bulk_create(
        [
            ServiceComponent(
                position=position,
                name=name,
                function=redact(component.function)[:200],
                priority=redact(component.priority)[:100],
                created_at=now,
            )
            for position, (name, component) in enumerate(missing.items(), start=last + 1)
        ],
        ignore_conflicts=True,
    )


def add_component(
    *, actor: User, name: str, function: str, priority: str, is_public: bool
) -> ServiceComponent:
    with transaction.atomic():
        _hold(actor)
        require_no_secret(name, function, priority)
        _require_free(name)
        last = ServiceComponent.objects.aggregate(last=Max("position"))["last"] or 0
        row = ServiceComponent.objects.create(
            position=last + 1,
            name=name,
            function=function,
            priority=priority,
            is_public=is_public,
            created_at=clock.now(),
        )
        _record(actor, "component.listed", f"listed the component {name}", {"after": _values(row)})
    return row


def change_component(
    *, actor: User, component_id: int, name: str, function: str, priority: str, is_public: bool
) -> ServiceComponent:
    """A new name is also that of the component in runbooks: theirs of the former one is listed
    anew by the next incident."""
    with transaction.atomic():
        _hold(actor)
        row = _find(component_id)
        before = _values(row)
        require_no_secret(name, function, priority)
        _require_free(name, but=row.pk)
        row.name, row.function, row.priority = name, function, priority
        row.is_public = is_public
        if _values(row) != before:
            row.save(update_fields=["name", "function", "priority", "is_public"])
            words = f"changed the component {before['name']}"
            _record(actor, "component.changed", words, {"before": before, "after": _values(row)})
    return row


def move_component(*, actor: User, component_id: int, up: bool) -> None:
    """One place up or down the list; nothing at its end."""
    with transaction.atomic():
        _hold(actor)
        row = _find(component_id)
        names = list(ServiceComponent.objects.values_list("pk", flat=True))
        place = names.index(row.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(names):
            return
        names[place], names[other] = names[other], names[place]
        _renumber(names)
        words = f"moved the component {row.name} {'up' if up else 'down'}"
        _record(actor, "component.moved", words, {"component": row.name})


def remove_component(*, actor: User, component_id: int) -> None:
    """Its history goes with it."""
    with transaction.atomic():
        _hold(actor)
        row = _find(component_id)
        before = _values(row)
        row.delete()
        words = f"removed the component {before['name']} and its history"
        _record(actor, "component.removed", words, {"before": before})


def _hold(actor: User) -> None:
    administration.hold()
    permissions.require_superuser(person=actor, what=WHAT)


def _find(component_id: int) -> ServiceComponent:
    row = ServiceComponent.objects.filter(pk=component_id).first()
    if row is None:
        raise Refused("That component is not listed any more.", status=404)
    return row


def _require_free(name: str, *, but: int = 0) -> None:
    if ServiceComponent.objects.filter(name=name).exclude(pk=but).exists():
        raise Refused(f"There is a component {name} already. Choose another name.", status=422)


def _renumber(pks: Sequence[int]) -> None:
    for position, pk in enumerate(pks, start=1):
        ServiceComponent.objects.filter(pk=pk).exclude(position=position).update(position=position)


def _values(row: ServiceComponent) -> dict[str, str | bool]:
    return {
        "name": row.name,
        "function": row.function,
        "priority": row.priority,
        "is public": row.is_public,
    }


def _record(actor: User, kind: str, text: str, data: dict[str, object]) -> None:
    administration.record(actor=actor, kind=kind, text=text, data=data)
    live.status_changed()
