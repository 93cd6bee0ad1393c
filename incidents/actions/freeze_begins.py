"""A freeze that was declared for later begins: the clock voids what stands then, as one that holds
at once does, and the timelines say so."""

from __future__ import annotations

from django.db import transaction

from incidents import administration, clock
from incidents.actions.freeze import record_freeze, tell_of_freeze
from incidents.actions.one_by_one import one_by_one
from incidents.actions.voiding import void_for_freeze
from incidents.models import AdministrationEntry, Freeze
from incidents.windows import in_words, standing_freezes


def begin_due_freezes() -> int:
    """Begin those whose time has come; how many. Safe beside other clocks. One that was over before
    a clock saw it never began."""
    due = [freeze.pk for freeze in standing_freezes(clock.now()) if not _has_begun(freeze)]
    return one_by_one(_begin, due)


def _begin(freeze_id: int) -> bool:
    """Void before the freeze counts as begun, so that a clock that dies in between leaves both to
    the next pass; nothing new can stand meanwhile, because the freeze holds. False when another
    clock, or who lifted it, was first."""
    standing = standing_freezes(clock.now()).filter(pk=freeze_id)
    freeze = standing.first()
    if freeze is None:
        return False
    sentence = in_words(freeze)
    void_for_freeze(environment_id=freeze.environment_id, sentence=sentence, actor=None)
    with transaction.atomic():
        administration.hold()
        if _has_begun(freeze) or not standing.exists():
            return False
        record_freeze(None, freeze, "freeze.begun", f"began as declared: {sentence}")
    tell_of_freeze(None, freeze, "freeze.begun", f"began the freeze: {sentence}")
    return True


def _has_begun(freeze: Freeze) -> bool:
    """Whether it was written down since it holds: by a clock, or as it was declared to hold at
    once."""
    entries = AdministrationEntry.objects.filter(
        environment=freeze.environment_id,
        kind__in=("freeze.begun", "freeze.declared"),
        at__gte=freeze.starts_at,
    )
    began = freeze.starts_at.isoformat()
    return any(
        (entry.data["starts_at"], entry.data.get("freeze", freeze.pk)) == (began, freeze.pk)
        for entry in entries.only("data")
    )
