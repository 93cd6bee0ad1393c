"""Splits shell text into words and operators, and refuses what only a shell can evaluate.

Nothing is expanded here: a word is a list of pieces, each literal text or the name of a variable.
"""

from __future__ import annotations

import re
from dataclasses import replace

from runbook.commands.base import NotRunnable
from runbook.commands.shell_tokens import RANGE, Operator, Piece, Token, Word

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?P<all>\[@\])?\})", re.ASCII
)
_OPERATOR = re.compile(
    r"\n|;;|;|&&|\|\||\||\(|\)|(?:\d?>>?|&>|<<<|<<-?|<)(?:&\d(?![^\s;&|<>()]))?|&"
)
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .-]*)>")
_BEFORE_HOME = re.compile(r"[A-Za-z_]\w*\+?=(?:.*:)?", re.ASCII | re.DOTALL)


def split_words(text: str) -> tuple[Token, ...]:
    """Raises NotRunnable, with the reason, for what is not a plain list of words."""
    return tuple(_Lexer(text.replace("\r\n", "\n")).tokens())


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._tokens: list[Token] = []
        self._pieces: list[Piece] | None = None
        self._is_bare = True

    def tokens(self) -> list[Token]:
        while self._at < len(self._text):
            self._step(self._text[self._at])
        self._end_word()
        return self._tokens

    def _step(self, char: str) -> None:
        if char == "\\":
            self._escape()
        elif char == "'":
            self._single_quoted()
        elif char == '"':
            self._double_quoted()
        elif char == "$":
            self._dollar(in_quotes=False)
        elif char == "`":
            raise NotRunnable("Command substitution (`…`) needs a shell.")
        elif char in " \t":
            self._end_word()
            self._at += 1
        elif char == "#" and self._pieces is None:
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
        elif _OPERATOR.match(self._text, self._at) and not self._is_digit_in_word(char):
            self._operator()
        else:
            self._plain(char)

    def _is_digit_in_word(self, char: str) -> bool:
        return char.isdigit() and self._pieces is not None

    def _plain(self, char: str) -> None:
        if char in "*?[":
            raise NotRunnable(f"A shell may replace {char} by file names; put the word in quotes.")
        if char == "~" and self._is_home():
            raise NotRunnable("A shell replaces ~ by a folder; write it out.")
        if char in "{}":
            self._brace()
            return
        self._add(Piece(text=char), is_bare=True)
        self._at += 1

    def _is_home(self) -> bool:
        """At the start of a word, and of each part of `NAME=~/a:~/b`."""
        text = "".join(piece.text for piece in self._pieces or [])
        return self._pieces is None or _BEFORE_HOME.fullmatch(text) is not None

    def _brace(self) -> None:
        span = RANGE.match(self._text, self._at)
        if span is None:
            raise NotRunnable(
                "A shell may expand braces; fill in what they stand for, or use quotes."
            )
        self._add(Piece(text=span[0], is_range=True), is_bare=True)
        self._at = span.end()

    def _operator(self) -> None:
        placeholder = _PLACEHOLDER.match(self._text, self._at)
        if placeholder:
            raise NotRunnable(f"Fill in <{placeholder[1]}> first.")
        operator = _OPERATOR.match(self._text, self._at)
        if operator is None:
            raise AssertionError("called only where an operator stands")
        if operator[0] != "(":
            self._check_no_descriptor(operator[0])
            self._end_word()
        elif self._pieces is not None and not self._is_assignment():
            raise NotRunnable("A shell reads ( as its own syntax; put the word in quotes.")
        self._end_word()
        self._tokens.append(Operator(operator[0]))
        self._at = operator.end()

    def _check_no_descriptor(self, operator: str) -> None:
        """`10>` names a stream; the ten is no word."""
        text = "".join(piece.text for piece in self._pieces or [])
        if operator[0] in "<>" and self._is_bare and text.isdigit():
            raise NotRunnable(f"'{text}{operator}' needs a shell.")

    def _is_assignment(self) -> bool:
        text = "".join(piece.text for piece in self._pieces or [])
        return self._is_bare and text.endswith("=") and _NAME.fullmatch(text[:-1]) is not None

    def _escape(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        if following != "\n":
            if not following:
                raise NotRunnable("The command ends in a backslash.")
            self._add(Piece(text=following), is_bare=False)
        self._at += 2

    def _single_quoted(self) -> None:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise NotRunnable("A quote is not closed.")
        self._add(Piece(text=self._text[self._at + 1 : end]), is_bare=False)
        self._at = end + 1

    def _double_quoted(self) -> None:
        self._add(Piece(), is_bare=False)
        self._at += 1
        while (char := self._text[self._at : self._at + 1]) != '"':
            if not char:
                raise NotRunnable("A quote is not closed.")
            if char == "`":
                raise NotRunnable("Command substitution (`…`) needs a shell.")
            if char == "$":
                self._dollar(in_quotes=True)
                continue
            if char == "\\" and self._text[self._at + 1 : self._at + 2] in '$`"\\\n':
                self._at += 1
                char = self._text[self._at : self._at + 1].replace("\n", "")
            self._add(Piece(text=char), is_bare=False)
            self._at += 1
        self._at += 1

    def _dollar(self, *, in_quotes: bool) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        variable = _VARIABLE.match(self._text, self._at)
        if variable is None:
            self._other_dollar(following, in_quotes=in_quotes)
            return
        name = variable["plain"] or variable["braced"]
        self._add(Piece(variable=name, is_array=bool(variable["all"])), is_bare=not in_quotes)
        self._at = variable.end()
        if variable["plain"] and self._text.startswith("\\\n", self._at):
            raise NotRunnable(f"The name behind $ goes on in the next line; write ${{{name}}}.")

    def _other_dollar(self, following: str, *, in_quotes: bool) -> None:
        if following == "(":
            raise NotRunnable("Command substitution $(…) needs a shell.")
        if following == "{":
            raise NotRunnable("Only ${NAME} is filled in; other forms of ${…} need a shell.")
        if (
            following.isalnum()
            or following in tuple("?$!#@*-_")
            or self._text.startswith("\\\n", self._at + 1)
            or (following in ("'", '"') and not in_quotes)
        ):
            raise NotRunnable(f"${following} needs a shell.")
        self._add(Piece(text="$"), is_bare=not in_quotes)
        self._at += 1

    def _add(self, piece: Piece, *, is_bare: bool) -> None:
        if self._pieces is None:
            self._pieces, self._is_bare = [], True
        self._is_bare = self._is_bare and is_bare
        self._pieces.append(piece if is_bare else replace(piece, is_quoted=True))

    def _end_word(self) -> None:
        if self._pieces is not None:
            self._tokens.append(Word(tuple(self._pieces), self._is_bare))
        self._pieces = None
