"""What can be known about a CEL expression from its text: its conjuncts, its fields, its cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<string>[rRbB]{0,2}(?:'''(?s:.)*?'''|\"\"\"(?s:.)*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))"""
    r"""|(?P<comment>//[^\n]*)"""
    r"""|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<number>\d[\w.]*)"""
    r"""|(?P<operator>&&|\|\||[<>=!]=|[-+*/%<>!?:.,()\[\]{}])"""
    r"""|(?P<other>\S)"""
)
_MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_WORDS = frozenset({"true", "false", "null", "in"})


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """A path that an expression looks at: `settings.ipConfiguration` or `ipAddresses[0].type`.

    `is_size` when only its size is looked at.
    """

    text: str
    keys: tuple[str | int, ...]
    is_size: bool = False


def tokens(expression: str) -> list[Token]:
    found = (
        Token(match.lastgroup or "", match[0], match.start(), match.end())
        for match in _TOKEN.finditer(expression)
    )
    return [token for token in found if token.kind != "comment"]


def conjuncts(expression: str) -> tuple[str, ...]:
    """The parts that a top-level `&&` joins; the whole where `||` or `? :` binds looser."""
    depth, cuts = 0, [0]
    for token in tokens(expression):
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0 and token.text in ("||", "?") and token.kind == "operator":
            return (expression.strip(),)
        if depth == 0 and token.text == "&&" and token.kind == "operator":
            cuts += [token.start, token.end]
    cuts.append(len(expression))
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return tuple(expression[first:last].strip() for first, last in pairs)


def fields(expression: str) -> tuple[Field, ...]:
    """The fields of the result that the expression reads, in order, each once."""
    found: dict[str, Field] = {}
    read = tokens(expression)
    bound = set(_bound_names(read))
    at = 0
    while at < len(read):
        if read[at].kind == "name" and read[at].text not in _WORDS:
            field, at = _field(read, at)
            if field and field.keys[0] not in bound:
                found.setdefault(f"{field.text} {field.is_size}", field)
        else:
            at += 1
    return tuple(found.values())


def macro_depth(expression: str) -> int:
    """How deep `all`, `exists`, `map` and `filter` stand in each other."""
    open_macros: list[bool] = []
    deepest = 0
    read = tokens(expression)
    for before, token in zip([None, *read], read, strict=False):
        if token.text == "(":
            open_macros.append(before is not None and before.text in _MACROS)
            deepest = max(deepest, sum(open_macros))
        elif token.text == ")" and open_macros:
            open_macros.pop()
    return deepest


def additions(expression: str) -> int:
    return sum(token.text == "+" for token in tokens(expression))


def longest_literal(expression: str) -> int:
    """An upper bound for how many elements a list or map written in the expression has."""
    return 1 + sum(token.text == "," for token in tokens(expression))


def _bound_names(read: list[Token]) -> Iterator[str]:
    for before, opening, name, comma in zip(read, read[1:], read[2:], read[3:], strict=False):
        if before.text in _MACROS and opening.text == "(" and comma.text == ",":
            yield name.text


def _field(read: list[Token], at: int) -> tuple[Field | None, int]:
    """The path that starts at a name, and the place behind it; None for a function's name."""
    keys: list[str | int] = [read[at].text]
    text = read[at].text
    start, at = at, at + 1
    while at + 1 < len(read):
        step = _step(read, at)
        if step is None:
            break
        key, written, width = step
        keys.append(key)
        text += written
        at += width
    if at < len(read) and read[at].text == "(":
        return (_method(text, keys), at) if len(keys) > 1 else (None, at)
    return Field(text, tuple(keys), _in_size(read, start, at)), at


def _step(read: list[Token], at: int) -> tuple[str | int, str, int] | None:
    if read[at].text == "." and read[at + 1].kind == "name":
        return read[at + 1].text, "." + read[at + 1].text, 2
    if read[at].text != "[" or at + 2 >= len(read) or read[at + 2].text != "]":
        return None
    inner = read[at + 1]
    if inner.kind == "number" and inner.text.isdigit():
        return int(inner.text), f"[{inner.text}]", 3
    if inner.kind == "string" and inner.text[0] in "'\"" and "\\" not in inner.text:
        return inner.text[1:-1], f"[{inner.text}]", 3
    return None


def _method(text: str, keys: list[str | int]) -> Field:
    name = str(keys[-1])
    return Field(text.removesuffix("." + name), tuple(keys[:-1]), name == "size")


def _in_size(read: list[Token], start: int, end: int) -> bool:
    before = [token.text for token in read[max(0, start - 2) : start]]
    return before == ["size", "("] and end < len(read) and read[end].text == ")"
