"""What stands in the place of a secret: words that say what it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Label: TypeAlias = Callable[[str, str], str]
"""(what it was, the secret itself) -> what people read instead. It begins as `DONE` demands."""

BLANK = "[***]"
"""For a known secret that the words of a label would spell out again."""

DONE = re.compile(r"\[redacted [^\]\n]{1,80}\]|\[\*\*\*\]")
"""What is a label already and is left as it stands."""


def plain(what: str, _secret: str) -> str:
    return f"[redacted {what}]"
