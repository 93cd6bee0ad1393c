"""Characters that nobody sees, or that turn others around, written out: what is read is what is
there. `⟨U+202E⟩` stands for such a character, a control picture such as `␛` for a control."""

from __future__ import annotations

import re

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_TURNING = "\u202a-\u202e\u2066-\u2069"
_UNSEEN = (
    "\r\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028\u2029"
    "\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff"
)
_IN_PROSE = re.compile(f"[{_CONTROLS}{_TURNING}]")
_IN_COMMANDS = re.compile(f"[{_CONTROLS}{_TURNING}{_UNSEEN}]")
_IN_PAGES = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
)


def visible(text: str) -> str:
    """For commands and values, where every character counts: also strange spaces and everything
    without a shape is written out. Tabs and line feeds stay."""
    return _IN_COMMANDS.sub(_written_out, text)


def readable(text: str) -> str:
    """For output and prose: controls, and what reorders text. Marks that languages need stay."""
    return _IN_PROSE.sub(_written_out, text)


def readable_page(content: bytes) -> bytes:
    """`readable` for a whole page in UTF-8."""
    return _IN_PAGES.sub(lambda found: _written(found[0].decode()).encode(), content)


def _written_out(found: re.Match[str]) -> str:
    return _written(found[0])


def _written(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"
