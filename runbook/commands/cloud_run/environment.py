"""The environment variables of a container: texts, and secrets by their name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from runbook.commands.cloud_run.resource import Resource, object_at, objects_at, text_at
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.document.definition import Json

Maker: TypeAlias = "Callable[[str], Resource]"

_MARK = "secret "


def environment(container: Resource) -> dict[str, Json]:
    """Each variable's text as gcloud shows it, or "secret NAME:VERSION": a value that comes from a
    secret is not in the service at all."""
    return {text_at(one, "name"): _shown(one) for one in objects_at(container, "env")}


def secret_of(shown: Json) -> str:
    """The "NAME:VERSION" of a variable as `environment` shows it, "" for a text."""
    is_secret = isinstance(shown, str) and shown.startswith(_MARK)
    return str(shown).removeprefix(_MARK) if is_secret else ""


def with_environment(container: Resource, arguments: Arguments) -> None:
    """Changes the variables of `container` in place, texts before secrets, as gcloud does."""
    variables = objects_at(container, "env")
    if any(name.endswith(("-env-vars", "-secrets")) for name, _value in arguments.flags):
        variables = _changed(variables, arguments, "env-vars", _text)
        variables = _changed(variables, arguments, "secrets", _reference)
        container["env"] = [dict(one) for one in variables]


def conflicts(container: Resource, arguments: Arguments) -> list[str]:
    """gcloud's words for variables that change between text and secret."""
    variables = objects_at(container, "env")
    left = _changed(variables, arguments, "env-vars", _text)
    secrets = {text_at(one, "name") for one in left if "valueFrom" in one}
    found = [
        _conflict(name, "string literal")
        for name in given(arguments, "env-vars")
        if name in secrets
    ]
    kept = _changed(left, arguments, "secrets", None)
    texts = {text_at(one, "name") for one in kept if "valueFrom" not in one}
    return found + [
        _conflict(name, "the given type") for name in given(arguments, "secrets") if name in texts
    ]


def _conflict(name: str, kind: str) -> str:
    reason = "because it has already been set with a different type."
    return f"Cannot update environment variable [{name}] to {kind} {reason}"


def given(arguments: Arguments, kind: str) -> dict[str, str]:
    """What `--update-KIND` or `--set-KIND` hold."""
    return arguments.mapping(f"update-{kind}") or arguments.mapping(f"set-{kind}")


def _changed(
    variables: list[Resource], arguments: Arguments, kind: str, made: Maker | None
) -> list[Resource]:
    is_secret = kind == "secrets"
    replaces = bool(arguments.flag(f"set-{kind}") or arguments.flag(f"clear-{kind}"))
    removed = {name.strip() for name in arguments.items(f"remove-{kind}")}
    kept = [
        one
        for one in variables
        if ("valueFrom" in one) != is_secret or not (replaces or text_at(one, "name") in removed)
    ]
    if made is None:
        return kept
    wanted = {name.strip(): made(value) for name, value in given(arguments, kind).items()}
    return _put(kept, wanted, is_secret=is_secret)


def _put(
    variables: list[Resource], wanted: Mapping[str, Resource], *, is_secret: bool
) -> list[Resource]:
    """Values in the place of those of the same kind, new ones at the end."""
    found = [
        _named(text_at(one, "name"), wanted)
        if text_at(one, "name") in wanted and ("valueFrom" in one) == is_secret
        else one
        for one in variables
    ]
    names = {text_at(one, "name") for one in variables}
    return found + [_named(name, wanted) for name in wanted if name not in names]


def _named(name: str, wanted: Mapping[str, Resource]) -> Resource:
    return {"name": name, **wanted[name]}


def _text(value: str) -> Resource:
    return {"value": value}


def _reference(value: str) -> Resource:
    name, _colon, version = value.partition(":")
    return {"valueFrom": {"secretKeyRef": {"key": version, "name": name}}}


def _shown(variable: Resource) -> str:
    secret = object_at(variable, "valueFrom", "secretKeyRef")
    if secret:
        return f"{_MARK}{text_at(secret, 'name')}:{text_at(secret, 'key')}"
    return text_at(variable, "value")
