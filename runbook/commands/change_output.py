"""What a change prints of its resource."""

from __future__ import annotations

from runbook.commands.base import Emit
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json


def print_if_asked(arguments: Arguments, resource: Json, emit: Emit) -> None:
    """Most changes of gcloud print what they made only where a `--format` is given."""
    if not arguments.format:
        return
    printed = arguments.printed.print_one(resource)
    if printed:
        emit(printed.removesuffix("\n"))
