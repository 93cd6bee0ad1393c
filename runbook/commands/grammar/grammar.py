"""What may follow a gcloud command, as data."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.scopes import Scope


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may follow a command.

    `operand` is gcloud's name of the positional argument, "" where there is none, and `pattern`
    what it may look like; with `operand_is_optional` it may be missing, and where gcloud
    `asks_for_operand` its parser takes a line without. `scope` says which of
    `--region`, `--zone`, `--location` and `--global` exist; `must_choose_scope` that gcloud does
    not start without one. `needs` are flags without which gcloud does not start, `exclusive` pairs
    of which it takes one. `takes_more` says that gcloud takes further names where we take one or
    none, `has_pages` that a list has `--page-size`. `default_format` is what gcloud prints with
    unless told, `siblings` what it adds to projections (see `Format`).
    `schema` names what is printed in Google's API descriptions, "sqladmin.v1.DatabaseInstance",
    so that field paths can be checked without asking anybody.
    """

    name: str
    operand: str = ""
    operand_is_optional: bool = False
    asks_for_operand: bool = False
    pattern: str = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
    scope: Scope = "none"
    must_choose_scope: bool = False
    flags: tuple[Flag, ...] = ()
    needs: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, str], ...] = ()
    takes_more: bool = False
    is_list: bool = False
    has_pages: bool = True
    default_format: str = "yaml"
    siblings: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""


def written_again(grammar: Grammar, words: Sequence[str]) -> str:
    """The command line of these words."""
    return shlex.join(["gcloud", *grammar.name.split(), *words])
