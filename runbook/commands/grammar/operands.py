"""The operand of a gcloud command: which word it is, and what gcloud says where it is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.grammar import Grammar


def operand_of(
    operands: list[str], grammar: Grammar, ours: list[NotRunnable]
) -> tuple[str, list[str]]:
    """The operand, and the words for which there is no place."""
    most = 1 if grammar.operand else 0
    operand, extra = "".join(operands[:most]), operands[most:]
    if extra and grammar.takes_more:
        ours.append(NotRunnable(f"gcloud takes '{extra[0]}' here too; that is not supported here."))
        extra = []
    return operand, extra


def check_operand(
    operand: str,
    operands: Sequence[str],
    grammar: Grammar,
    given: Mapping[str, str],
    ours: list[NotRunnable],
) -> None:
    """Raises gcloud's own refusal; what is not gcloud's goes to `ours`."""
    if not grammar.operand or (not operand and grammar.operand_is_optional):
        return
    if not operands and grammar.asks_for_operand:
        kind = grammar.operand.lower()
        words = f"The [{kind}] resource is not properly specified: {grammar.operand} is missing."
        ours.append(NotRunnable(words, gcloud_exit=1))
    elif not operands:
        raise NotRunnable(_no_operand(grammar, given), gcloud_exit=2)
    elif not operand or not re.fullmatch(grammar.pattern, operand):
        ours.append(NotRunnable(f"argument {grammar.operand}: '{operand}' is not a possible name."))


def _no_operand(grammar: Grammar, given: Mapping[str, str]) -> str:
    """Where a region belongs to the name gcloud speaks of both."""
    if grammar.scope != "region":
        return f"argument {grammar.operand}: Must be specified."
    if "region" in given:
        return f"argument --region: {grammar.operand} must be specified."
    return f"argument ({grammar.operand} : --region=REGION): Must be specified."
