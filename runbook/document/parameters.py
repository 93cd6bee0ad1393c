"""Parameters: names a document leaves open, which lack a value, which values are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from runbook.document.definition import Parameter, Phase, Runbook, Step

MAX_LENGTH = 200
FROM_ENVIRONMENT = ("PROJECT", "REGION")
"""Names that the incident's environment fills: never asked for."""

_USE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BOUND = re.compile(
    r"(?:^|[\n;]\s*|\b(?:do|then)\s+)(?:for\s+(\w+)\b|(?:export\s+)?([A-Za-z_]\w*)\+?=|read\s+(\w+))"
)
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTING = re.compile(r"[\"'$`\\]")


def names_in(text: str) -> tuple[str, ...]:
    """Every `${NAME}` in the text, each once, apart from what the text sets itself."""
    bound = {name for match in _BOUND.findall(text) for name in match if name}
    return tuple(dict.fromkeys(name for name in _USE.findall(text) if name not in bound))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`${NAME}` replaced where the name has a value, for people to read, copy and compare with;
    never a way into a command. Safe inside a CEL string too, since `validate` lets no quote and no
    backslash into a value."""
    return _USE.sub(lambda found: values.get(found[1], found[0]), text)


def used_in(phases: Iterable[Phase], declared: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The declared parameters, then those that only commands name, with the line of the first."""
    found = {parameter.name: parameter for parameter in declared}
    for step in _all_steps(phases):
        for command in step.commands:
            expressions = [check.expression for check in command.checks]
            for name in [*names_in(command.text), *names_in("\n".join(expressions))]:
                if name not in FROM_ENVIRONMENT:
                    found.setdefault(name, Parameter(name, line=command.span.first))
    return tuple(found.values())


def missing(runbook: Runbook, values: Mapping[str, str]) -> tuple[str, ...]:
    """The parameters with neither a given value nor one in the document, in its order."""
    return tuple(
        parameter.name
        for parameter in runbook.parameters
        if parameter.name not in FROM_ENVIRONMENT
        and not values.get(parameter.name, parameter.value).strip()
    )


def validate(name: str, value: str) -> str:
    """ "" for a value that may reach a command, else the sentence that says what is wrong."""
    if not value.strip():
        return f"{name} is empty. Give it a value."
    if len(value) > MAX_LENGTH:
        return f"{name} has {len(value)} characters; {MAX_LENGTH} is the most."
    if value.startswith("-"):
        return f"{name} starts with a dash; a command would take it for one of its options."
    if _REFUSED.search(value):
        return f"{name} holds a line break or a control character. Write it on one line."
    if found := _QUOTING.search(value):
        return f"{name} holds the character {found[0]} which a shell would interpret. Leave it out."
    return ""


def _all_steps(phases: Iterable[Phase]) -> Iterator[Step]:
    waiting = [
        step
        for phase in reversed(list(phases))
        for step in reversed(phase.steps + phase.exit_criteria)
    ]
    while waiting:
        step = waiting.pop()
        yield step
        waiting += reversed(step.steps)
