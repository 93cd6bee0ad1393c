"""How commands stand on a page: broken where people break them, and the same text when copied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

LONGEST_WHOLE = 28
"""Characters that fit into a line of the narrowest screen, 320 px."""

_WORDS = re.compile(r"(\s+)")
_MARKS = re.compile(r"(?<=[=,/:@&])(?![=,/:@&])")
_MAY_BREAK_HERE = mark_safe("<wbr>")


@register.filter
def whole_words(command: str) -> SafeString:
    """A short word is never broken behind a hyphen, as browsers would break `--vpc-connector`; a
    long one is broken behind its marks first: `--vpc-connector=` and then the value."""
    return format_html_join("", "{}", ((_word(word),) for word in _WORDS.split(command)))


def _word(word: str) -> str:
    if len(word) <= LONGEST_WHOLE:
        return _whole(word)
    return format_html_join(_MAY_BREAK_HERE, "{}", ((part,) for part in _parts(word)))


def _parts(word: str) -> Iterator[str]:
    return map(_whole, _MARKS.split(word))


def _whole(part: str) -> str:
    if "-" not in part or len(part) > LONGEST_WHOLE:
        return part
    return format_html('<span class="whole">{}</span>', part)
