"""Markdown of people as safe HTML: whole, in one line, or without its marks."""

from __future__ import annotations

from collections.abc import Sequence

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from incidents.templatetags.commands import whole_words

register = template.Library()

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
PROSE = nh3.ALLOWED_TAGS - {"img"}
IN_LINE = {"code", "em", "strong", "s", "span", "wbr"}
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "span": {"class"}}


def _code_in_line(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    place: int,
    _options: OptionsDict,
    _environment: EnvType,
) -> str:
    return f"<code>{whole_words(tokens[place].content)}</code>"


_markdown.add_render_rule("code_inline", _code_in_line)


@register.filter
def markdown(text: str) -> SafeString:
    """CommonMark and tables as HTML without scripts, styles, forms or pictures from elsewhere."""
    shown = nh3.clean(
        _markdown.render(text), tags=PROSE, attributes=ATTRIBUTES, link_rel="noopener noreferrer"
    )
    return mark_safe(shown)  # noqa: S308  (cleaned)


@register.filter
def inline_markdown(text: str) -> SafeString:
    """One line: emphasis, code and nothing that opens a block or a link inside a link."""
    rendered = _markdown.renderInline(text)
    return mark_safe(nh3.clean(rendered, tags=IN_LINE, attributes=ATTRIBUTES))  # noqa: S308  (cleaned)


@register.filter
def plain(text: str) -> str:
    """One line of Markdown without its marks, for titles and labels."""
    return nh3.clean(_markdown.renderInline(text), tags=set()).replace("&amp;", "&").strip()
