"""The functions in gcloud's formats and filters, applied one after another: `a.basename().len()`.

`map()` in front of a function applies it to each item of a list.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain

from runbook.commands.base import NotRunnable
from runbook.commands.language import (
    transform_compute,
    transform_enumerations,
    transform_lists,
    transform_numbers,
    transform_texts,
)
from runbook.commands.language.expressions import Reader, UnknownFunction
from runbook.document.definition import Json

_LONGEST_CHAIN = 30
_KNOWN: Mapping[str, Callable[..., Json]] = {
    **transform_compute.KNOWN,
    **transform_enumerations.KNOWN,
    **transform_texts.KNOWN,
    **transform_lists.KNOWN,
    **transform_numbers.KNOWN,
}
_CHECKS: Mapping[str, Callable[..., None]] = {
    **transform_texts.CHECKS,
    **transform_lists.CHECKS,
    **transform_numbers.CHECKS,
}
_FOREIGN = (
    "collection",
    "decode",
    "error",
    "fatal",
    "filter",
    "if",
    "resolution",
    "synthesize",
    "uri",
)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`. `depth` is how deep in lists it is applied, 0 for the value itself."""

    name: str
    arguments: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    depth: int = 0

    def apply(self, value: Json) -> Json:
        if self.depth and isinstance(value, list):
            return [self._of(item) for item in _items(value, self.depth)]
        return self._of(value) if value or not self.depth else value

    def _of(self, value: Json) -> Json:
        return _KNOWN[self.name](value, *self.arguments, **dict(self.named))


def _items(value: list[Json], depth: int) -> list[Json]:
    for _level in range(depth - 1):
        if not all(isinstance(item, list | dict | str) for item in value):
            break
        value = list(
            chain.from_iterable(item for item in value if isinstance(item, list | dict | str))
        )
    return value


@dataclass(frozen=True, slots=True)
class Transform:
    """Calls from left to right. `active` is the format that brought it, None for all of them."""

    calls: tuple[Call, ...] = ()
    active: int | None = 0

    def apply(self, value: Json) -> Json:
        """Raises NotRunnable where gcloud would crash on this value."""
        try:
            for call in self.calls:
                value = call.apply(value)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise NotRunnable(f"gcloud crashed: {error}", gcloud_exit=1) from error
        return value

    def then(self, other: Transform) -> Transform:
        return Transform((*self.calls, *other.calls), self.active)

    @property
    def words(self) -> tuple[str, ...]:
        """The last name and the first arguments, which make a heading where there is no path."""
        return (self.calls[-1].name, *self.calls[0].arguments) if self.calls else ()


def read_transform(reader: Reader, name: str, active: int) -> Transform:
    """The functions from `name` on, of which the ( was taken. Raises NotRunnable."""
    calls: list[Call] = []
    depth, level = 0, active
    always = False
    while True:
        call = _read_call(reader, name, depth)
        depth = 0
        if name == "always":
            always = True
        elif name == "map":
            depth = _depth(call)
        else:
            calls.append(call)
        if not reader.take(".", at_end_too=True):
            return Transform(tuple(calls), None if always else level)
        name = _next_name(reader)
        if len(calls) > _LONGEST_CHAIN:
            raise NotRunnable("This format has too many functions in a row.")


def _depth(call: Call) -> int:
    text = call.arguments[0] if call.arguments else dict(call.named).get("depth", "1")
    if not text.isdecimal() or int(text) > _LONGEST_CHAIN:
        raise NotRunnable("gcloud crashes: map() takes the depth of a list.", gcloud_exit=1)
    return int(text)


def _next_name(reader: Reader) -> str:
    key = reader.key()
    here = reader.at
    if not reader.take("("):
        raise reader.refuse("Transform function expected [{}].", here)
    if len(key) != 1:
        name = ".".join(str(part) for part in key)
        raise UnknownFunction(
            f"Unknown transform function {name} [{reader.marked(here)}].", gcloud_exit=1
        )
    return str(key[0])


def _read_call(reader: Reader, name: str, depth: int) -> Call:
    function = _KNOWN.get(name)
    if name in _FOREIGN:
        raise NotRunnable(f"The format function '{name}()' is not applied here.")
    if function is None:
        raise UnknownFunction(
            f"Unknown transform function {name} [{reader.marked()}].", gcloud_exit=1
        )
    takes_names = getattr(function, "__defaults__", None)
    arguments: list[str] = []
    named: dict[str, str] = {}
    for argument in reader.arguments():
        key, equals, value = argument.partition("=")
        if takes_names and equals:
            named[key] = value
        else:
            arguments.append(argument)
    call = Call(name, tuple(arguments), tuple(named.items()), depth)
    _check(function, call)
    return call


def _check(function: Callable[..., Json], call: Call) -> None:
    """gcloud crashes on too many arguments and on names that it does not know."""
    try:
        inspect.signature(function).bind(None, *call.arguments, **dict(call.named))
    except TypeError as error:
        raise NotRunnable(
            f"gcloud crashes on the arguments of {call.name}(): {error}.", gcloud_exit=1
        ) from error
    check = _CHECKS.get(call.name)
    if check is not None:
        check(*call.arguments, **dict(call.named))
