"""The flags that every list of gcloud has, and `--verbosity`: what they may hold."""

from __future__ import annotations

from collections.abc import Mapping

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.flag_values import Flag, is_plain, split_items, whole_number
from runbook.commands.grammar.flag_words import VERBOSITIES
from runbook.commands.language.filter import parse_filter
from runbook.commands.language.format import Format
from runbook.commands.language.keys import parse_key

LIST_FLAGS = frozenset({"filter", "limit", "page-size", "sort-by"})
FLATTEN = Flag("flatten", "list")
URI = Flag("uri", "boolean")
"""Of the lists whose items tell their address, or whose address follows from their name."""


def count(given: Mapping[str, str], name: str) -> int:
    """0 where there is no bound. Raises NotRunnable."""
    text = given.get(name)
    if text is None or text == "unlimited":
        return 0
    said = f"argument --{name}: Value must be"
    number = whole_number(text)
    if number is None:
        received = f"; received: {text}" if text else "; received empty string"
        raise NotRunnable(f"{said} an integer{received}", gcloud_exit=2)
    if number < 1:
        raise NotRunnable(f"{said} greater than or equal to 1; received: {text}", gcloud_exit=2)
    if not is_plain(text):
        raise NotRunnable(f"argument --{name}: '{text}' is not a possible value.")
    return number


def check_verbosity(given: Mapping[str, str]) -> None:
    """It changes nothing here: what gcloud says beside the output is always shown."""
    level = given.get("verbosity", "none")
    if level not in VERBOSITIES:
        valid = ", ".join(VERBOSITIES)
        raise NotRunnable(
            f"argument --verbosity: Invalid choice: '{level}'. Valid choices are [{valid}].",
            gcloud_exit=2,
        )


def check_chosen(given: Mapping[str, str], printed: Format) -> None:
    """Whether filter, sort keys and slices can be read. Raises NotRunnable."""
    if "filter" in given:
        parse_filter(given["filter"], printed.aliases)
    names = [name.lstrip("~") for name in given.get("sort-by", "").split(",")]
    for name in [*names, *split_items(FLATTEN, given.get("flatten", ""))]:
        if name:
            parse_key(name)
