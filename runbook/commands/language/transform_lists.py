"""Functions of gcloud's formats that look at lists and objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from string import Formatter

from runbook.commands.base import NotRunnable
from runbook.commands.language.keys import get, parse_key
from runbook.document.definition import Json

_FIELD = re.compile(r"\d{0,2}")
_SPECIFICATION = re.compile(r"[-+ #,_<>=^0]*\d{0,3}(?:\.\d{1,2})?[bcdeEfFgGnosxX%]?")


def always(value: Json) -> Json:
    """Marks functions that apply in every format."""
    return value


def apply_to_items(value: Json, depth: str = "1") -> Json:  # noqa: ARG001 (read with the format)
    """`map()`: the function behind it applies to each item."""
    return value


def count(value: Json) -> Json:
    items = value if isinstance(value, list | str | dict) else []
    found: dict[str, Json] = {}
    for item in items:
        if isinstance(item, list | dict):
            return {}
        number = found.get(str(item), 0)
        found[str(item)] = number + 1 if isinstance(number, int) else 1
    return found


def length(value: Json) -> Json:
    return len(value) if isinstance(value, list | dict | str) else 0


def join(value: Json, sep: str = "/", undefined: str = "") -> Json:
    if not isinstance(value, list | dict | str):
        return undefined
    return sep.join(str(item) for item in value) or undefined


def listed(value: Json, show: str = "", undefined: str = "", separator: str = ",") -> Json:
    if isinstance(value, dict):
        return separator.join(_pairs(value, show))
    if isinstance(value, list):
        return separator.join(str(item) for item in value)
    return value or undefined


def _pairs(value: dict[str, Json], show: str) -> list[str]:
    if show == "keys":
        return sorted(value)
    if show == "values":
        return [str(item) for _name, item in sorted(value.items())]
    return [f"{name}={item}" for name, item in sorted(value.items())]


def flatten(value: Json, show: str = "", undefined: str = "", separator: str = ",") -> Json:
    """`list()` for what is nested."""

    def inner(item: Json) -> Json:
        return flatten(item, show, undefined, separator)

    if isinstance(value, dict):
        named = value if show == "keys" else {name: inner(item) for name, item in value.items()}
        return separator.join(_pairs(named, show)) or undefined
    if isinstance(value, list) and value:
        is_nested = isinstance(value[0], dict | list)
        return separator.join(str(inner(item) if is_nested else item) for item in value)
    return value or undefined


def extract(value: Json, *keys: str) -> Json:
    found = [get(value, parse_key(key)) for key in keys]
    return [item for item in found if item]


def firstof(value: Json, *keys: str) -> Json:
    for key in keys:
        found = get(value, parse_key(key))
        if found is not None:
            return found
    return ""


def notnull(value: Json) -> Json:
    return [item for item in value if item is not None] if isinstance(value, list | str) else []


def group(value: Json, *keys: str) -> Json:
    """`[a: b, c] [d: e, f]`"""
    items = value if isinstance(value, list | dict | str) else []
    return " ".join(_grouped(item, keys) for item in items) or "[]"


def _grouped(item: Json, keys: tuple[str, ...]) -> str:
    if not keys:
        return f"[{item}]"
    found = [get(item, parse_key(key)) for key in keys]
    first, *others = ("" if part is None else str(part) for part in found)
    return f"[{first}: {', '.join(others)}]" if others else f"[{first}]"


def cut(value: Json, op: str = ":", undefined: str = "") -> Json:
    """`slice()`: START:END:STEP of a list or a text, always as a list."""
    parts = [part.strip() for part in op.strip().split(":")]
    if not op.strip() or not isinstance(value, list | str) or len(parts) > 3:
        return undefined
    if not all(re.fullmatch(r"[-+]?\d{1,9}|", part) for part in parts):
        return undefined
    numbers = [int(part) if part else None for part in parts]
    if len(numbers) == 1:
        numbers.append(None if numbers[0] is None else numbers[0] + 1 or None)
    if len(numbers) == 3 and numbers[2] == 0:
        return undefined
    return list(value[slice(*numbers)]) or undefined


def ordered(value: Json, attr: str = "") -> Json:
    """`sort()`; gcloud crashes on what cannot be compared."""
    items: list[Json] = list(value) if isinstance(value, list | str | dict) else []
    key = parse_key(attr) if attr else ()
    return sorted(items, key=lambda item: get(item, key))  # type: ignore[arg-type, return-value]  # a TypeError is gcloud's own answer


def formatted(value: Json, form: str, *keys: str) -> Json:
    """`format()`: `form` with {0}, {1} … for what the keys name, or for the value itself."""
    if keys:
        columns = [get(value, parse_key(key)) for key in keys]
    elif isinstance(value, list):
        columns = value
    else:
        columns = [value or ""]
    return form.format(*columns)


def check_form(form: str, *keys: str) -> None:
    """Only numbered fields with a short specification; all else could show Python's insides."""
    try:
        fields = list(Formatter().parse(form))
    except ValueError as error:
        raise NotRunnable(
            f"gcloud crashes on the text of format(): {error}", gcloud_exit=1
        ) from error
    for _text, name, specification, conversion in fields:
        if name is None:
            continue
        if not (
            _FIELD.fullmatch(name)
            and _SPECIFICATION.fullmatch(specification or "")
            and conversion in (None, "s", "r")
        ):
            raise NotRunnable(f"The text '{form}' of format() is not applied here.")
    check_keys(*keys)


def check_keys(*keys: str) -> None:
    for key in keys:
        if "(" in key:
            raise NotRunnable(f"A function inside of another is not applied here: '{key}'.")
        parse_key(key)


CHECKS: Mapping[str, Callable[..., None]] = {
    "extract": check_keys,
    "firstof": check_keys,
    "format": check_form,
    "group": check_keys,
}
KNOWN: Mapping[str, Callable[..., Json]] = {
    "always": always,
    "count": count,
    "extract": extract,
    "firstof": firstof,
    "flatten": flatten,
    "format": formatted,
    "group": group,
    "join": join,
    "len": length,
    "list": listed,
    "map": apply_to_items,
    "notnull": notnull,
    "slice": cut,
    "sort": ordered,
}
