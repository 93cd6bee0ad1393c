"""An incident's commands made again after its parameters or its document moved.

What people did stays: a row with a run, a pasted output or an edit is never deleted, an edit by
hand stands on, and runs keep the text that they were asked for with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import F

from incidents.actions.reading import Reader, Reading, TextColumns
from incidents.actions.unfold import command_row, steps_of
from incidents.models import Run, Step, StepCommand
from runbook.document import definition
from runbook.document.differences import paired

COLUMNS = (*TextColumns.__annotations__, "label", "example", "checks", "timeout", "written")
ASIDE = 100_000
"""Added to positions while rows change places: each is unique within its step at every moment."""

Stood = Mapping[int, tuple[Any, ...]]  # Any: the columns' values, position first


@dataclass(frozen=True, slots=True)
class Edition:
    """A document as an incident with certain parameters reads it."""

    steps: Mapping[str, definition.Step]
    reader: Reader

    @classmethod
    def of(cls, document: definition.Runbook, reader: Reader) -> Self:
        steps = (step for phase in document.phases for step, _, _ in steps_of(phase))
        return cls({step.key[:120]: step for step in steps}, reader)

    def templates(self, key: str) -> list[str]:
        """The texts of a step's commands in the document."""
        step = self.steps.get(key)
        return [command.text for command in step.commands] if step else []

    def commands(self, key: str) -> list[Reading]:
        """Each costs a moment. None for a step that is not in the document."""
        step = self.steps.get(key)
        return self.reader.commands(step) if step else []


def refit(
    steps: Collection[Step], *, before: Edition, after: Edition, gone: str
) -> list[StepCommand]:
    """Bring the commands of these steps from one edition to the other; those whose words changed.

    `gone` is the sentence for a command that stays only for what was done with it. Call inside a
    transaction that holds the incident.
    """
    rows: dict[int, list[StepCommand]] = defaultdict(list)
    for row in StepCommand.objects.filter(step__in=steps).order_by("position"):
        rows[row.step_id].append(row)
    stood = {row.pk: _columns(row) for own in rows.values() for row in own}
    used = set(Run.objects.filter(command__in=stood).values_list("command_id", flat=True))
    kept: list[StepCommand] = []
    for step in steps:
        pairs = _matched(rows[step.pk], step.key, before, after)
        fitted = _fitted(step, pairs, after.reader, used=used, gone=gone)
        for position, row in enumerate(fitted, start=1):
            row.position = position
            kept.append(row)
    _store(kept, stood)
    return [row for row in kept if row.pk not in stood or _columns(row)[1:] != stood[row.pk][1:]]


def edited_columns(text: str, reader: Reader) -> TextColumns:
    """A person's own text, read; with the reason when it is not exactly one command."""
    lines = list(reader.lines(text))
    if len(lines) == 1:
        return lines[0]
    return TextColumns(
        text=text,
        shown_as=reader.shown(text),
        effect="",
        resource="",
        reason="This is more than one command. Write one command at a time.",
        instead="",
    )


def take(row: StepCommand, columns: TextColumns) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


def _matched(
    rows: Sequence[StepCommand], key: str, before: Edition, after: Edition
) -> list[tuple[StepCommand | None, Reading | None]]:
    """Each row with what it becomes: by the document's text of both, and by place in between."""
    fresh = after.commands(key)
    if before.templates(key) == after.templates(key) and len(rows) == len(fresh):
        return list(zip(rows, fresh, strict=True))
    templates = [row.written or row.text for row in rows]
    stood = before.commands(key)
    for row, reading in paired(templates, [one.columns["text"] for one in stood]):
        if row is not None and reading is not None:
            templates[row] = stood[reading].template
    pairs = paired(templates, [one.template for one in fresh])
    return [(None if i is None else rows[i], None if j is None else fresh[j]) for i, j in pairs]


def _fitted(
    step: Step,
    pairs: Sequence[tuple[StepCommand | None, Reading | None]],
    reader: Reader,
    *,
    used: Collection[int],
    gone: str,
) -> Iterator[StepCommand]:
    for row, reading in pairs:
        if reading is not None:
            fresh = command_row(step, reading, position=0)
            yield fresh if row is None else _renewed(row, fresh, reader)
        elif row is not None and (row.pk in used or row.pasted or row.edited):
            if row.effect:
                row.effect, row.reason = "", gone
            yield row


def _renewed(row: StepCommand, fresh: StepCommand, reader: Reader) -> StepCommand:
    if row.edited:
        fresh.written = fresh.text
        take(fresh, edited_columns(row.edited, reader))
    for name in COLUMNS:
        setattr(row, name, getattr(fresh, name))
    return row


def _store(kept: Sequence[StepCommand], stood: Stood) -> None:
    """Write what differs; rows that are not among `kept` are deleted."""
    StepCommand.objects.filter(pk__in=stood.keys() - {row.pk for row in kept}).delete()
    known = [row for row in kept if row.pk in stood]
    moved = [row.step_id for row in known if row.position != stood[row.pk][0]]
    StepCommand.objects.filter(step__in=set(moved)).update(position=F("position") + ASIDE)
    differing = [r for r in known if r.step_id in set(moved) or _columns(r) != stood[r.pk]]
    StepCommand.objects.bulk_update(differing, ["position", *COLUMNS], batch_size=200)
    StepCommand.objects.bulk_create(row for row in kept if row.pk is None)


def _columns(row: StepCommand) -> tuple[Any, ...]:  # Any: the columns' values
    return (row.position, *(getattr(row, name) for name in COLUMNS))
