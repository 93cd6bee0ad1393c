"""What the names of a shell text stand for, and which values are refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from runbook.commands.base import NotRunnable

MOST_CHARACTERS = 200_000
"""Of all that the text unrolls to: what names itself twice would grow without end."""
WORD = 20
"""What a word counts beside its characters."""
_OF_PROGRAMS = re.compile(
    r"(?:CLOUDSDK|CURL|LC|LD|OPENSSL|SSL|NODE)_\w+|PYTHON\w*|PATH|IFS|HOME|BASH_ENV|TZ|LANG|"
    r"RES_OPTIONS|LOCALDOMAIN|(?i:(?:https?|ftp|wss?|all|no)_proxy)"
)
_SPLIT = re.compile(r"[\s*?\[]")


@dataclass(slots=True)
class Names:
    """What variables stand for: those of the text first, then the parameters."""

    values: Mapping[str, str]
    assigned: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, tuple[str, ...]] = field(default_factory=dict)
    characters: int = 0

    def count(self, characters: int) -> None:
        """Raises NotRunnable once all that was made of the text is too much."""
        self.characters += characters
        if self.characters > MOST_CHARACTERS:
            raise NotRunnable("This unrolls to more text than is read as a command.")

    def value(self, name: str) -> str:
        value = self.assigned.get(name, self.values.get(name))
        if name in self.arrays:
            raise NotRunnable(f"{name} is a list; only a loop can use it.")
        if not value:
            raise NotRunnable(f"{name} has no value.")
        if value.startswith("-"):
            raise NotRunnable(
                f"The value of {name} starts with a dash and could pass for an option."
            )
        if any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in value):
            raise NotRunnable(f"The value of {name} holds a line break or an invisible character.")
        return value

    def assign(self, name: str, value: str) -> None:
        """Raises NotRunnable for names that mean something to the programs themselves."""
        if _OF_PROGRAMS.fullmatch(name):
            raise NotRunnable(f"{name} changes how programs work, which needs a shell.")
        self.assigned[name] = value

    def check_whole(self, name: str, values: Iterable[str]) -> None:
        """Raises NotRunnable where a shell makes several words of a value, or file names."""
        if any(_SPLIT.search(value) for value in values):
            words = f"A shell splits the value of {name} into words; put the name in quotes."
            raise NotRunnable(words)
