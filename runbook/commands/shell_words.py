"""Splits shell text into words and operators, and refuses what only a shell can evaluate.

Nothing is expanded here: a word is a list of pieces, each literal text or the name of a variable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from runbook.commands.base import NotRunnable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?P<all>\[@\])?\})", re.ASCII
)
_OPERATOR = re.compile(r"\n|;;|;|&&|\|\||\||\(|\)|(?:\d?>>?|&>|<<<|<<-?|<)(?:&\d)?|&")
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .-]*)>")
_BEFORE_HOME = re.compile(r"[A-Za-z_]\w*\+?=(?:.*:)?", re.ASCII | re.DOTALL)
_RANGE = re.compile(r"\{(\d{1,4})\.\.(\d{1,4})\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text, or with `variable` the name of one.

    `is_array` is `${NAME[@]}`, `is_range` a `{1..10}` that a shell would expand. The value of a
    variable that is not `is_quoted` is split by a shell at its spaces.
    """

    text: str = ""
    variable: str = ""
    is_array: bool = False
    is_range: bool = False
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """Pieces that make one argument. `is_bare` when no part of it stood in quotes."""

    pieces: tuple[Piece, ...]
    is_bare: bool

    @property
    def start(self) -> str:
        """The literal text before the first variable."""
        literal = ""
        for piece in self.pieces:
            if piece.variable:
                break
            literal += piece.text
        return literal

    @property
    def bare_text(self) -> str:
        """The text of a word without quotes and variables, "" for any other."""
        is_plain = self.is_bare and all(not piece.variable for piece in self.pieces)
        return "".join(piece.text for piece in self.pieces) if is_plain else ""


@dataclass(frozen=True, slots=True)
class Operator:
    """A separator, a pipe, a redirection; `NAME=(` is the operator `(` after the word `NAME=`."""

    text: str


Token: TypeAlias = "Word | Operator"  # noqa: S105 (a token of shell text)


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
        span = _RANGE.match(self._text, self._at)
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
        return text.endswith("=") and _NAME.fullmatch(text[:-1]) is not None

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
        piece = Piece(variable=name, is_array=bool(variable["all"]), is_quoted=in_quotes)
        self._add(piece, is_bare=not in_quotes)
        self._at = variable.end()

    def _other_dollar(self, following: str, *, in_quotes: bool) -> None:
        if following == "(":
            raise NotRunnable("Command substitution $(…) needs a shell.")
        if following == "{":
            raise NotRunnable("Only ${NAME} is filled in; other forms of ${…} need a shell.")
        if (
            following.isalnum()
            or following in tuple("?$!#@*-_")
            or (following in ("'", '"') and not in_quotes)
        ):
            raise NotRunnable(f"${following} needs a shell.")
        self._add(Piece(text="$"), is_bare=not in_quotes)
        self._at += 1

    def _add(self, piece: Piece, *, is_bare: bool) -> None:
        if self._pieces is None:
            self._pieces, self._is_bare = [], True
        self._is_bare = self._is_bare and is_bare
        self._pieces.append(piece)

    def _end_word(self) -> None:
        if self._pieces is not None:
            self._tokens.append(Word(tuple(self._pieces), self._is_bare))
        self._pieces = None


def counted(word: Word) -> tuple[str, ...] | None:
    """The numbers of a range `{1..10}` written without quotes; None for any other word."""
    span = _RANGE.fullmatch(word.bare_text)
    if span is None or len(word.pieces) != 1:
        return None
    first, last = int(span[1]), int(span[2])
    step = 1 if last >= first else -1
    is_padded = any(len(end) > 1 and end[0] == "0" for end in span.groups())
    width = max(map(len, span.groups())) if is_padded else 0
    return tuple(f"{number:0{width}d}" for number in range(first, last + step, step))
