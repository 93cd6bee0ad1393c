"""Markdown as a tree of plain strings, for a program that sets type and must not read any of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

Node = dict[str, Any]  # Any: JSON

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_UNBROKEN = re.compile(r"[^\s/-]{40}(?=[^\s/-])")
BREAK = "\u200b"
WIDEST, SHORT = 60, 24


def blocks(text: str) -> list[Node]:
    """Each is {"kind", …}: "heading" (level, parts), "paragraph" (parts), "list" (items: blocks,
    first: number or None), "code" (text), "quote" (blocks), "table" (head, rows: cells of parts,
    widths: shares of what is left, 0 for as wide as it is), "rule". A part is {"kind": "text" |
    "strong" | "emph" | "code" | "break", …}."""
    return list(_blocks(SyntaxTreeNode(_markdown.parse(text))))


def unmarked(text: str) -> str:
    """One line of Markdown as the words that are read."""
    return "".join(_texts(_inline(SyntaxTreeNode(_markdown.parseInline(text)))))


def _texts(parts: list[Node]) -> Iterator[str]:
    for part in parts:
        yield part.get("text", "")
        yield from _texts(part.get("parts", []))


def _blocks(parent: SyntaxTreeNode) -> Iterator[Node]:
    for node in parent.children:
        found = _block(node)
        if found is not None:
            yield found


def _block(node: SyntaxTreeNode) -> Node | None:
    if node.type == "heading":
        return {"kind": "heading", "level": int(node.tag[1:]), "parts": _inline(node)}
    if node.type == "paragraph":
        return {"kind": "paragraph", "parts": _inline(node)}
    if node.type in ("fence", "code_block"):
        return {"kind": "code", "text": _breakable(node.content.rstrip("\n"))}
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node)
    if node.type == "blockquote":
        return {"kind": "quote", "blocks": list(_blocks(node))}
    if node.type == "table":
        return _table(node)
    return {"kind": "rule"} if node.type == "hr" else None


def _list(node: SyntaxTreeNode) -> Node:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    return {
        "kind": "list",
        "items": [list(_blocks(item)) for item in node.children],
        "first": first,
    }


def _table(node: SyntaxTreeNode) -> Node:
    rows = [
        [_inline(cell) for cell in row.children]
        for section in node.children
        for row in section.children
    ]
    lengths = [max(_length(row[place]) for row in rows) for place in range(len(rows[0]))]
    widths = [0 if length <= SHORT else min(WIDEST, length) for length in lengths]
    if not any(widths):
        widths[-1] = 1
    return {"kind": "table", "head": rows[0], "rows": rows[1:], "widths": widths}


def _length(parts: list[Node]) -> int:
    return sum(
        len(part["text"]) if "text" in part else _length(part.get("parts", [])) for part in parts
    )


def _inline(node: SyntaxTreeNode) -> list[Node]:
    return [part for line in node.children for child in line.children for part in _part(child)]


def _part(node: SyntaxTreeNode) -> Iterator[Node]:
    if node.type == "text":
        yield {"kind": "text", "text": _breakable(node.content)}
    elif node.type == "code_inline":
        yield {"kind": "code", "text": _breakable(node.content)}
    elif node.type in ("strong", "em"):
        kind = "strong" if node.type == "strong" else "emph"
        yield {"kind": kind, "parts": [part for child in node.children for part in _part(child)]}
    elif node.type == "link":
        yield from _link(node)
    elif node.type == "image":
        yield {"kind": "text", "text": _breakable(node.content or str(node.attrs.get("src", "")))}
    elif node.type in ("softbreak", "hardbreak"):
        yield {"kind": "break"} if node.type == "hardbreak" else {"kind": "text", "text": " "}


def _link(node: SyntaxTreeNode) -> Iterator[Node]:
    """Its words, then where it leads: paper has nothing to press."""
    parts = [part for child in node.children for part in _part(child)]
    address = str(node.attrs.get("href", ""))
    yield from parts
    if address and address not in "".join(part.get("text", "") for part in parts):
        yield {"kind": "text", "text": f" ({_breakable(address)})"}


def _breakable(text: str) -> str:
    """A word as long as a line may be broken: nothing runs off the page."""
    return _UNBROKEN.sub(lambda found: found[0] + BREAK, text)
