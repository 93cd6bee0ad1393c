"""Writing another text into one command of one incident, and taking the runbook's back."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction

from incidents import permissions, timeline
from incidents.actions.authority import name_of
from incidents.actions.edit_parameters import cancel_planning
from incidents.actions.moves import hold
from incidents.actions.reading import Reader, TextColumns
from incidents.actions.refit import edited_columns, take
from incidents.actions.storable import storable_text
from incidents.actions.voiding import void_stale
from incidents.models import Step, StepCommand
from incidents.redacting import all_values
from incidents.refusal import Refused
from runbook.commands.secret_text import LEFT_OUT, without_value
from runbook.redaction.labels import DONE

ONCE = {"": "was only shown", "reads": "only read", "changes": "changed", "destroys": "destroyed"}
NOW = {"": "is only shown", "reads": "only reads", "changes": "changes", "destroys": "destroys"}


def edit_command(
    *, actor: User, command_id: int, text: str, seen: str | None = None
) -> StepCommand:
    """Set the text of one command in this incident; the runbook and other incidents stay.

    `text` may name parameters as `${NAME}` and follows them later. It must read as one command that
    can be run here, unless the one before was only shown as well. Approvals of the former text are
    void, and the editor may approve no run of the step. `seen` is the text that the person looked
    at, as shown: the second of two is told who was first.
    """
    words = storable_text(text).strip()
    with transaction.atomic():
        hold(steps__commands=command_id)
        command = _command(actor, command_id, seen)
        columns = _readable(command, words)
        if (columns["text"], columns["effect"]) == (command.text, command.effect):
            raise Refused("This is the text that stands already; nothing was changed.", status=422)
        before, written = _as_it_stood(command), command.written or command.text
        _rewrite(command, actor, columns, edited=words, written=written)
        _record(command, actor, "command.edited", before)
    command.refresh_from_db()
    return command


def reset_command(*, actor: User, command_id: int, seen: str | None = None) -> StepCommand:
    """Take the runbook's own text again, with the parameters as they are now."""
    with transaction.atomic():
        hold(steps__commands=command_id)
        command = _command(actor, command_id, seen)
        if not command.edited:
            raise Refused("This is the runbook's own text already.")
        before = _as_it_stood(command)
        filled = replace(_reader(command), values={})
        columns = edited_columns(command.written, filled)
        _rewrite(command, actor, columns, edited="", written="")
        _record(command, actor, "command.reset", before)
    command.refresh_from_db()
    return command


def _command(actor: User, command_id: int, seen: str | None) -> StepCommand:
    found = (
        StepCommand.objects.select_related(
            "step__incident__environment", "step__phase", "step__edited_by"
        )
        .filter(pk=command_id)
        .first()
    )
    if found is None:
        raise Refused("That command does not exist.", status=404)
    incident = found.step.incident
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=incident).can_request,
        incident=incident,
        what="edit commands",
        needed="responder",
    )
    if seen is not None and seen != found.shown:
        editor = found.step.edited_by
        who = f"{name_of(editor)} edited this step" if editor else "The parameters were changed"
        raise Refused(f"{who} before you did. Look at the command again, then edit it.")
    return found


def _readable(command: StepCommand, words: str) -> TextColumns:
    if not words:
        raise Refused("Write a command, or take the runbook's text again.", status=422)
    if _hands_over_a_stand_in(words):
        raise Refused(
            "In this text stands a mark for a secret that is not shown. Write the parameter or the"
            " secret itself there; the mark would be taken for its value.",
            status=422,
        )
    columns = edited_columns(words, _reader(command))
    if command.is_runnable and not columns["effect"]:
        raise Refused(f"This would not be run here. {columns['reason']}", status=422)
    return columns


def _reader(command: StepCommand) -> Reader:
    incident = command.step.incident
    return Reader.of(incident.environment, all_values(incident))


def _hands_over_a_stand_in(words: str) -> bool:
    """Whether somebody copied the command as it is shown, where a secret is not."""
    if DONE.search(words):
        return True
    return LEFT_OUT in words and without_value(words.replace(LEFT_OUT, "x")) == words


def _rewrite(
    command: StepCommand, actor: User, columns: TextColumns, *, edited: str, written: str
) -> None:
    moved = StepCommand.objects.filter(pk=command.pk, text=command.text).update(
        **columns, edited=edited, written=written, edited_by=actor if edited else None
    )
    if not moved:
        raise Refused("Somebody changed this command just now. Look at it again.")
    Step.objects.filter(pk=command.step_id).update(edited_by=actor)
    take(command, columns)


def _as_it_stood(command: StepCommand) -> tuple[str, str]:
    return command.shown, command.effect


def _record(command: StepCommand, actor: User, kind: str, before: tuple[str, str]) -> None:
    """Tell it, with the effect where that is another now, and end what named the former text."""
    shown, effect = before
    verb = "edited" if kind == "command.edited" else "took the runbook's text again for"
    told = f"; it {ONCE[effect]} and now {NOW[command.effect]}" if effect != command.effect else ""
    timeline.record(
        incident_id=command.step.incident_id,
        actor=actor,
        kind=kind,
        text=f"{verb} `{shown}`, which is now `{command.shown}`{told}",
        panels=[f"step-{command.step_id}", f"phase-{command.step.phase_id}", "approvals"],
        data={
            "step": command.step.key,
            "command": command.position,
            "before": {"text": shown, "effect": effect},
            "after": {"text": command.shown, "effect": command.effect},
        },
    )
    reason = f"{name_of(actor)} edited the command."
    incident = command.step.incident
    cancel_planning(incident, actor=actor, message=f"{reason} Ask again.")
    void_stale(incident_id=incident.pk, actor=actor, reason=reason)
