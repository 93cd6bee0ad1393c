"""What an approval names besides the plan, and how to tell what of it has moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from incidents import ledger
from incidents.models import Environment, Run, StepCommand
from incidents.requirements import requirements_of
from incidents.targets import programs_of
from runbook.document.definition import Json

Named = dict[str, Json]

WORDS = {
    "command": "the command",
    "text": "a secret value in the command",
    "step_command": "the command of the step",
    "step_text": "a secret value in the command of the step",
    "parameters": "parameter",
    "secrets": "a secret parameter",
    "environment": "the environment's",
    "identity": "who the workers act as at Google",
    "runbook": "the runbook",
    "requirements": "who must approve",
    "program": "the program's",
}
"""How each part is called on cards; a part of several values is named with the value."""


class Moved(TypedDict):
    """Something that is not as it was approved; `before` is what people approved."""

    what: str
    before: Json
    after: Json


def named_of(run: Run, *, identity: str) -> Named:
    """As it stands now. The run must be loaded with its incident's environment and revision and its
    command's step.

    Secret values are named by seals of the installation: whoever reads or exports this learns
    nothing of them, and yet another value is another name.
    """
    incident = run.incident
    named: Named = {
        "command": run.shown,
        "parameters": dict(incident.parameters),
        "environment": _environment(incident.environment),
        "identity": identity,
        "runbook": incident.revision.digest,
        "requirements": [
            {"from": one["from"], "policy": one["policy"]} for one in requirements_of(run)
        ],
    }
    if run.text != run.shown:
        named["text"] = ledger.seal_of(run.text)
    if run.undoes_id is None:
        named |= _in_the_step(run.command)
    if incident.secrets:
        named["secrets"] = ledger.seal_of(ledger.digest_of_json(incident.secrets))
    return named | _program(run)


def _in_the_step(command: StepCommand) -> Named:
    """What the step says now: an edited command is not the one that was approved."""
    if not command.is_runnable:
        return {"step_command": ""}
    named: Named = {"step_command": command.shown}
    if command.text != command.shown:
        named["step_text"] = ledger.seal_of(command.text)
    return named


def _environment(environment: Environment) -> Json:
    return {
        "name": environment.name,
        "project": environment.project,
        "region": environment.region,
        "endpoint": environment.endpoint,
        "protection": environment.is_protected,
        "credentials": environment.credentials,
        "service account": environment.service_account,
        "credentials file": environment.credentials_file,
        "allowed hosts": list(environment.allowed_hosts),
        "allowed networks": list(environment.allowed_networks),
        "routes": dict(environment.routes),
    }


def _program(run: Run) -> Named:
    """An operator's own program is what its listing says; of several that begin like the command
    the longest runs (`programs.listed`)."""
    listed = programs_of(run.incident.environment)
    fitting = [one for one in listed if f"{run.text} ".startswith(f"{one.written} ")]
    if not fitting:
        return {}
    program = max(fitting, key=lambda one: len(one.words))
    return {
        "program": {
            "executable": list(program.executable),
            "pattern": program.pattern,
            "folder": program.folder,
            "variables": list(program.variables),
        }
    }


def moved_between(before: Named, after: Named) -> list[Moved]:
    """Part by part what differs, as people read it; [] when nothing does."""
    return [
        Moved(what=what, before=was, after=now)
        for part in WORDS
        for what, was, now in _parts(part, before.get(part), after.get(part))
        if was != now
    ]


def _parts(part: str, was: Json, now: Json) -> Iterator[tuple[str, Json, Json]]:
    words = WORDS[part]
    if part == "requirements":
        yield words, _in_words(was), _in_words(now)
    elif part in ("text", "step_text", "secrets"):
        yield words, *(("as it was", "another") if was != now else ("", ""))
    elif isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            yield f"{words} {key}", was.get(key), now.get(key)
    else:
        yield words, was, now


def _in_words(requirements: Json) -> Json:
    found = requirements if isinstance(requirements, list) else []
    return "; ".join(f"{one['policy']} ({one['from']})" for one in found if isinstance(one, dict))
