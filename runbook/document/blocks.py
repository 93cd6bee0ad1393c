"""From lines to blocks: which lines belong together, and the tree of what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from runbook.document.definition import Block, BlockKind, Span

ElementKind = Literal[
    "heading", "paragraph", "list", "item", "fence", "code", "table", "html", "quote", "rule"
]

_KINDS: dict[str, ElementKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "fence": "fence",
    "code_block": "code",
    "table_open": "table",
    "html_block": "html",
    "blockquote_open": "quote",
    "hr": "rule",
}
_BLOCK_KINDS: dict[ElementKind, BlockKind] = {
    "heading": "heading",
    "paragraph": "paragraph",
    "list": "list",
    "item": "list",
    "fence": "fence",
    "code": "fence",
    "table": "table",
    "html": "html",
    "quote": "quote",
    "rule": "rule",
}
_FENCE = re.compile(r"(?P<indent>\s*)(?P<marks>`{3,}|~{3,})\s*(?P<info>[^`]*)")
_INNER_TABLE = ("thead", "tbody", "tr_", "th_", "td_")
_MARKDOWN = {"markdown", "md"}


@dataclass(frozen=True, slots=True)
class Element:
    """A node of the document. `text` is the Markdown of a heading or paragraph, or what a fence
    holds; `level` a heading's depth; `info` what stands behind a fence's marks."""

    kind: ElementKind
    span: Span
    text: str = ""
    level: int = 0
    info: str = ""
    is_ordered: bool = False
    is_closed: bool = True
    children: tuple[Element, ...] = ()


def elements(lines: Sequence[str], front_matter: Span | None) -> tuple[Element, ...]:
    """The document's tree, outermost elements first to last; front matter is left out."""
    readable = list(_with_outer_fences_longer(lines))
    if front_matter:
        readable[: front_matter.last] = [""] * front_matter.last
    return tuple(_tree(_block_tokens("\n".join(readable)), readable))


def blocks(
    lines: Sequence[str], outermost: Iterable[Element], front_matter: Span | None
) -> tuple[Block, ...]:
    """Every non-blank line in exactly one block, in order; a line nobody knows becomes a note."""
    found = [Block("front matter", front_matter)] if front_matter else []
    reached = front_matter.last if front_matter else 0
    for element in outermost:
        first, last = max(element.span.first, reached + 1), element.span.last
        if first > last:
            continue
        found += _notes(lines, reached + 1, first - 1)
        found.append(Block(_BLOCK_KINDS[element.kind], Span(first, last)))
        reached = last
    return tuple(found + _notes(lines, reached + 1, len(lines)))


def is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _block_tokens(text: str) -> list[Token]:
    reader = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])
    return reader.parse(text)


def _tree(tokens: list[Token], lines: Sequence[str]) -> list[Element]:
    roots: list[Element] = []
    unfinished: list[tuple[Token, list[Element], list[str]]] = []
    for token in tokens:
        siblings = unfinished[-1][1] if unfinished else roots
        if token.type.startswith(_INNER_TABLE):
            continue
        if token.nesting == 1 and token.type in _KINDS:
            unfinished.append((token, [], []))
        elif token.nesting == -1 and token.type.replace("_close", "_open") in _KINDS:
            opened, children, texts = unfinished.pop()
            siblings = unfinished[-1][1] if unfinished else roots
            siblings.append(_element(opened, lines, "\n".join(texts), tuple(children)))
        elif token.type == "inline" and unfinished:
            unfinished[-1][2].append(token.content)
        elif token.type in _KINDS:
            siblings.append(_element(token, lines, token.content, ()))
    return roots


def _element(
    token: Token, lines: Sequence[str], text: str, children: tuple[Element, ...]
) -> Element:
    first, end = token.map or (0, 0)
    while end > first + 1 and is_blank(lines[end - 1]):
        end -= 1
    kind = _KINDS[token.type]
    return Element(
        kind=kind,
        span=Span(first + 1, max(end, first + 1)),
        text=text if kind in ("heading", "paragraph", "fence", "code") else "",
        level=int(token.tag[1]) if kind == "heading" else 0,
        info=token.info.strip() if kind == "fence" else "",
        is_ordered=token.type == "ordered_list_open",
        is_closed=kind != "fence" or _is_closed(token),
        children=children,
    )


def _is_closed(token: Token) -> bool:
    first, end = token.map or (0, 0)
    return token.content.count("\n") + 2 <= end - first


def _notes(lines: Sequence[str], first: int, last: int) -> list[Block]:
    """Blocks for lines between elements: runs of non-blank lines."""
    runs: list[Block] = []
    start = 0
    for number in range(first, last + 2):
        blank = number > last or is_blank(lines[number - 1])
        if not blank and not start:
            start = number
        elif blank and start:
            runs.append(Block("note", Span(start, number - 1)))
            start = 0
    return runs


def _with_outer_fences_longer(lines: Sequence[str]) -> Iterator[str]:
    """A Markdown example that holds fences as long as its own ends at the first of them for a
    strict reader, and turns the rest of the document inside out. Where marks balance, the outer
    ones are read as longer than the inner ones."""
    longer = _outer_fences(lines)
    for index, line in enumerate(lines):
        if index not in longer:
            yield line
        else:
            match = _FENCE.fullmatch(line)
            mark = match["marks"][0] if match else "`"
            yield line.replace(mark * 3, mark * 9, 1)


def _outer_fences(lines: Sequence[str]) -> set[int]:
    outer: set[int] = set()
    opened: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        match = _FENCE.fullmatch(line)
        if not match:
            continue
        info = match["info"].strip()
        in_example = bool(opened) and opened[0][1] in _MARKDOWN
        if not opened or (in_example and info):
            opened.append((index, info.lower()))
        elif not info:
            first, language = opened.pop()
            if not opened and language in _MARKDOWN:
                outer |= {first, index}
    return outer
