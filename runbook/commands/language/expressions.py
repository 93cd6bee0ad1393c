"""Reads gcloud's small expressions (formats, filters, field paths): words, quotes, argument lists.

The rules and the words of refusal are gcloud's; its status for all of them is 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from runbook.commands.base import NotRunnable

LONGEST = 10_000
OPERATORS = ":=!<>~()"
RESERVED = OPERATORS + "[].{},+*/%&|^#;?"
_ESCAPE = "\\"
_QUOTES = "'\""


class Unreadable(NotRunnable):
    """Text that is no expression to gcloud."""


class UnknownFunction(Unreadable):
    """A function that gcloud's expressions do not have."""


class Reader:
    """A place in an expression that moves to the right.

    `aliases` are names that stand for a whole path, as headings of a default table do.
    """

    def __init__(self, text: str, aliases: Mapping[str, tuple[str | int | None, ...]]) -> None:
        if len(text) > LONGEST:
            raise NotRunnable("This expression is too long.")
        self.text = text
        self.at = 0
        self.aliases = aliases
        self.alias = ""

    def is_at_end(self, at: int | None = None) -> bool:
        return (self.at if at is None else at) >= len(self.text)

    def refuse(self, words: str, at: int | None = None) -> Unreadable:
        """`words` have a `{}` where the expression is shown with the place marked."""
        return Unreadable(words.format(self.marked(at)), gcloud_exit=1)

    def marked(self, at: int | None = None) -> str:
        here = self.at if at is None else at
        before, after = self.text[:here], self.text[here:]
        left = " " if before and not before[-1].isspace() else ""
        right = " " if after and not after[0].isspace() else ""
        return f"{before}{left}*HERE*{right}{after}"

    def skip_space(self, wanted: str = "", *, keep: str = "") -> bool:
        """False at the end, where `wanted` says what should have come."""
        while not self.is_at_end():
            char = self.text[self.at]
            if not char.isspace() or char in keep:
                return True
            self.at += 1
        if wanted:
            raise self.refuse(f"{wanted} expected [{{}}].")
        return False

    def peek(self, chars: str) -> str:
        """The next character if it is one of `chars`, else ""."""
        char = self.text[self.at : self.at + 1]
        return char if char and char in chars else ""

    def take(self, chars: str, *, at_end_too: bool = False) -> str:
        if self.is_at_end() and not at_end_too:
            raise self.refuse("More tokens expected [{}].")
        found = self.peek(chars)
        self.at += len(found)
        return found

    def is_name(self, name: str, *, stay: bool = False) -> bool:
        """Whether the next word is `name`, which ends at a space, a ( or the end."""
        if not self.skip_space() or not self.text.startswith(name, self.at):
            return False
        after = self.at + len(name)
        if not self.is_at_end(after) and not self.text[after].isspace() and self.text[after] != "(":
            return False
        self.at = self.at if stay else after
        return True

    def word(self, ends: str = "", *, balanced: bool = False, space: bool = True) -> str | None:
        """A word that may hold quotes; None where there is none, "" for an empty quote.

        With `balanced` parentheses are part of the word as long as they are closed in it.
        """
        return self._word(ends, balanced=balanced, space=space)[0]

    def value(self, ends: str) -> str | int | float | None:
        """A word, made a number where it is one and not quoted."""
        word, is_quoted = self._word(ends, balanced=False, space=False)
        return word if is_quoted or not word else _number_or_text(word)

    def _word(self, ends: str, *, balanced: bool, space: bool) -> tuple[str | None, bool]:
        scan = _Scan(self, ends, balanced=balanced)
        at = scan.run()
        if scan.quote:
            raise self.refuse(f"Unterminated [{scan.quote}] quote [{{}}].")
        self.at = at
        if space:
            self.skip_space(keep=ends)
        return (None if scan.found is None else "".join(scan.found)), scan.is_quoted

    def arguments(self, separators: str = ",") -> list[str]:
        """What stands between parentheses of which the first was taken."""
        found: list[str] = []
        is_needed = False
        while True:
            here = self.at
            argument = self.word(separators + ")", balanced=True)
            end = self.take(")", at_end_too=False)
            separator = end or self.take(separators, at_end_too=True)
            if not separator:
                raise self.refuse("Closing ) expected in argument list [{}].")
            if argument is None and (is_needed or not end):
                raise self.refuse("Argument expected [{}].", here)
            if argument or (argument is not None and not separator.isspace()):
                found.append(argument)
            if end:
                return found
            is_needed = not separator.isspace()

    def key(self) -> tuple[str | int | None, ...]:
        """A path, which may be followed by ( where its last name is a function.

        `alias` then holds the name at its beginning that stood for a path, or "".
        """
        parts: list[str | int | None] = []
        self.alias = ""
        while not self.is_at_end():
            self._write_out_stars()
            here = self.at
            name = self.word(RESERVED, space=False)
            if name:
                alias = self.aliases.get(name) if not parts and not self.peek("(") else None
                self.alias = self.alias if alias is None else name
                parts += [name] if alias is None else alias
            elif not self.peek("["):
                if not parts and self._is_lone_dot():
                    break
                raise self.refuse("Non-empty key name expected [{}].", here)
            if self.is_at_end():
                break
            if self.take("]"):
                raise self.refuse("Unmatched ] in key [{}].", here)
            parts += self._indexes()
            if not self.take(".", at_end_too=True):
                break
            if self.is_at_end():
                raise self.refuse("Non-empty key name expected [{}].")
        return tuple(parts)

    def _is_lone_dot(self) -> bool:
        if not self.take(".", at_end_too=True) or self.peek("."):
            return False
        return self.is_at_end() or bool(self.peek(RESERVED))

    def _indexes(self) -> list[str | int | None]:
        found: list[str | int | None] = []
        while self.take("[", at_end_too=True):
            index = self.value("]")
            self.skip_space()
            self.take("]")
            found.append(str(index) if isinstance(index, float) else index)
        return found

    def _write_out_stars(self) -> None:
        """`*f()` is short for `map(1).f()`."""
        level = 0
        while self.peek("*"):
            self.at += 1
            level += 1
        if level:
            start = self.at - level
            self.text = f"{self.text[:start]}map({level}).{self.text[self.at :]}"
            self.at = start


class _Scan:
    """One pass over a word from the reader's place on."""

    def __init__(self, reader: Reader, ends: str, *, balanced: bool) -> None:
        self.text, self.at, self.ends, self.balanced = reader.text, reader.at, ends, balanced
        self.found: list[str] | None = None
        self.quote = ""
        self.is_quoted = False
        self.open = 0

    def run(self) -> int:
        """The place after the word."""
        while self.at < len(self.text) and self._step(self.text[self.at]):
            self.at += 1
        return self.at

    def _step(self, char: str) -> bool:
        """False when the word ends before `char`."""
        if char == _ESCAPE and self.at + 1 < len(self.text):
            self._escaped()
        elif self.quote and char == self.quote:
            self.quote = ""
        elif not self.quote and char in _QUOTES:
            self.quote, self.is_quoted = char, True
            self._add("")
        elif not self.quote and char.isspace() and self.found is None:
            return True
        elif not self.quote and self.balanced and char in "()":
            return self._parenthesis(char)
        elif not self.quote and not self.open and char in self.ends:
            return False
        elif self.quote or not char.isspace() or self.balanced:
            self._add(char)
        else:
            return False
        return True

    def _escaped(self) -> None:
        """A backslash before a quote or a backslash is left out, any other is kept."""
        self.at += 1
        char = self.text[self.at]
        is_plain = char not in (_ESCAPE, self.quote) and (self.quote or char not in _QUOTES)
        self._add(_ESCAPE + char if is_plain else char)

    def _parenthesis(self, char: str) -> bool:
        if char == ")" and char in self.ends and not self.open:
            return False
        self.open += 1 if char == "(" else -1
        self._add(char)
        return True

    def _add(self, text: str) -> None:
        self.found = self.found if self.found is not None else []
        self.found.append(text)


def _number_or_text(word: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word
