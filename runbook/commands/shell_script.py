"""Unrolls the constant parts of shell text: assignments, arrays, loops over known words.

What comes out are simple commands in order, each a row of words with every variable filled in and
the operators between them. A filled value is always one word, whatever it holds; where a shell
would make several of a value that the text itself sets, the text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from runbook.commands.base import NotRunnable
from runbook.commands.shell_names import WORD, Names
from runbook.commands.shell_tokens import Operator, Token, Word, counted
from runbook.commands.shell_words import split_words

Part: TypeAlias = "str | Operator"
"""A filled word, or an operator."""

MOST_COMMANDS = 100
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_SEPARATORS = (";", "\n")
_KEYWORDS = {"if", "while", "until", "case", "select", "function", "then", "else", "elif", "fi"}
_KEYWORDS |= {"[[", "((", "!", "time", "coproc", "eval", "exec", "source", "."}


def unroll(text: str, values: Mapping[str, str]) -> list[list[Part]]:
    """The simple commands of `text`. Raises NotRunnable."""
    tokens = list(split_words(text))
    commands: list[list[Part]] = []
    _run(tokens, Names(values), commands)
    return commands


def _run(tokens: list[Token], names: Names, commands: list[list[Part]]) -> None:
    rest, is_begun = list(tokens), False
    while rest:
        if _is_separator(rest[0]):
            _check_behind_command(rest.pop(0), is_begun=is_begun)
            is_begun = False
            continue
        if _bare(rest[0]) == "for":
            rest = _loop(rest, names, commands)
        elif _bare(rest[0]) == "if":
            rest = _condition(rest, names, commands)
        else:
            rest = _simple(rest, names, commands)
        is_begun = tokens[len(tokens) - len(rest) - 1] != Operator("&")
        if len(commands) > MOST_COMMANDS:
            raise NotRunnable(f"This unrolls to more than {MOST_COMMANDS} commands.")


def _check_behind_command(token: Token, *, is_begun: bool) -> None:
    if token == Operator(";") and not is_begun:
        raise NotRunnable("A shell wants a command in front of ';'.")


def _simple(tokens: list[Token], names: Names, commands: list[list[Part]]) -> list[Token]:
    """Takes one command or assignment from the front and gives what is left."""
    first = _bare(tokens[0])
    if first in _KEYWORDS:
        raise NotRunnable(f"'{first}' needs a shell; run the command behind it on its own.")
    if first == "export":
        tokens = tokens[1:]
        if not tokens or not _assigned_name(tokens[0]):
            raise NotRunnable("'export' without a value needs a shell.")
    if _assigned_name(tokens[0]):
        return _assign(tokens, names)
    end = next((at for at, token in enumerate(tokens) if _is_separator(token)), len(tokens))
    commands.append(_fill(tokens[:end], names))
    return tokens[end:]


def _assign(tokens: list[Token], names: Names) -> list[Token]:
    name, word, rest = _assigned_name(tokens[0]), tokens[0], tokens[1:]
    if rest and rest[0] == Operator("("):
        return _assign_array(name, rest[1:], names)
    if rest and not _is_separator(rest[0]):
        raise NotRunnable(f"Setting {name} for one command only needs a shell.")
    if not isinstance(word, Word):
        raise AssertionError("only words are assignments")
    names.assign(name, _filled(word, names, is_split=False)[len(name) + 1 :])
    return rest


def _assign_array(name: str, tokens: list[Token], names: Names) -> list[Token]:
    end = next((at for at, token in enumerate(tokens) if token == Operator(")")), None)
    if end is None:
        raise NotRunnable(f"The list {name} is not closed.")
    items = [token for token in tokens[:end] if token != Operator("\n")]
    names.arrays[name] = tuple(_filled(_word(item), names) for item in items)
    rest = tokens[end + 1 :]
    if rest and not _is_separator(rest[0]):
        raise NotRunnable(f"Setting {name} for one command only needs a shell.")
    return rest


def _loop(tokens: list[Token], names: Names, commands: list[list[Part]]) -> list[Token]:
    """`for NAME in WORDS; do …; done` without another loop inside."""
    name = _bare(tokens[1]) if len(tokens) > 1 else ""
    if not name.isidentifier() or len(tokens) < 3 or _bare(tokens[2]) != "in":
        raise NotRunnable("Only loops of the form 'for NAME in WORDS; do …; done' are unrolled.")
    start = next((at for at, token in enumerate(tokens) if _bare(token) == "do"), None)
    end = next((at for at, token in enumerate(tokens) if _bare(token) == "done"), None)
    if start is None or end is None or end < start:
        raise NotRunnable("The loop does not end here; its whole text is needed to unroll it.")
    if not (_is_separator(tokens[start - 1]) and _ends_command(tokens[end - 1])):
        raise NotRunnable("A shell wants 'do' and 'done' to start a command of their own.")
    body = tokens[start + 1 : end]
    if any(_bare(token) == "for" for token in body):
        raise NotRunnable("A loop inside a loop is not unrolled.")
    words = _head(tokens[3:start])
    for value in (value for word in words for value in _items(_word(word), names)):
        names.count(len(value) + WORD)
        names.assign(name, value)
        _run(body, names, commands)
    rest = tokens[end + 1 :]
    if rest and not _is_separator(rest[0]):
        raise NotRunnable("What follows 'done' needs a shell.")
    return rest


def _head(tokens: list[Token]) -> list[Token]:
    """The words of a loop, without the `;` or the lines behind them."""
    words = list(tokens)
    while words and words[-1] == Operator("\n"):
        words.pop()
    if words and words[-1] == Operator(";"):
        words.pop()
    if any(_is_separator(word) for word in words):
        raise NotRunnable("Only loops of the form 'for NAME in WORDS; do …; done' are unrolled.")
    return words


def _condition(tokens: list[Token], names: Names, commands: list[list[Part]]) -> list[Token]:
    """`if COMMAND; then echo …; else echo …; fi`: the command runs, the branches are words."""
    starts = [at for at in range(1, len(tokens)) if _is_separator(tokens[at - 1])]
    marks = [at for at in starts if _bare(tokens[at]) in ("then", "else", "elif", "fi", "if")]
    end = next((order for order, at in enumerate(marks) if _bare(tokens[at]) == "fi"), None)
    if end is None:
        raise NotRunnable("The 'if' does not end here; its whole text is needed to understand it.")
    *branches, last = marks[: end + 1]
    if [_bare(tokens[at]) for at in branches] not in (["then"], ["then", "else"]):
        raise NotRunnable("Only 'if COMMAND; then echo …; else echo …; fi' is understood.")
    for start, stop in zip(branches, marks[1 : end + 1], strict=True):
        _check_only_words(tokens[start + 1 : stop])
    asked: list[list[Part]] = []
    _run(tokens[1 : branches[0]], names, asked)
    if len(asked) != 1 or _bare(tokens[1]) in ("for", "if"):
        raise NotRunnable("An 'if' is understood around one command only.")
    commands.extend(asked)
    rest = tokens[last + 1 :]
    if rest and not _is_separator(rest[0]):
        raise NotRunnable("What follows 'fi' needs a shell.")
    return rest


def _check_only_words(tokens: list[Token]) -> None:
    """At least one `echo`, nothing else, and none of them into a file."""
    starts = [at for at in range(len(tokens)) if at == 0 or _is_separator(tokens[at - 1])]
    first = [tokens[at] for at in starts if not _is_separator(tokens[at])]
    operators = [one for one in tokens if isinstance(one, Operator) and not _is_separator(one)]
    empty = [at for at in starts if tokens[at] == Operator(";")]
    if not first or operators or empty or any(_bare(token) != "echo" for token in first):
        raise NotRunnable("Only 'echo' may stand in the branches of an 'if' here.")


def _items(word: Word, names: Names) -> tuple[str, ...]:
    numbers = counted(word)
    if numbers is not None:
        return numbers
    arrays = [piece for piece in word.pieces if piece.is_array]
    if not arrays:
        return (_filled(word, names),)
    if len([piece for piece in word.pieces if piece.text or piece.variable]) > 1:
        raise NotRunnable("A list inside of a longer word is not unrolled.")
    if arrays[0].variable not in names.arrays:
        raise NotRunnable(f"The list {arrays[0].variable} is not set here.")
    items = names.arrays[arrays[0].variable]
    if not arrays[0].is_quoted:
        names.check_whole(arrays[0].variable, items)
    return items


def _fill(tokens: list[Token], names: Names) -> list[Part]:
    filled: list[Part] = []
    for token in tokens:
        if isinstance(token, Operator):
            filled.append(token)
            continue
        before = filled[-1] if filled else ""
        _check_no_second_entry(token, before, names)
        filled.append(_filled(token, names))
    return filled


def _check_no_second_entry(word: Word, before: Part, names: Names) -> None:
    """A comma in a value would make it two entries of an option such as --database-flags."""
    is_option = word.start.startswith("-")
    follows_option = isinstance(before, str) and before.startswith("--") and "=" not in before
    if not (is_option or follows_option):
        return
    for piece in word.pieces:
        if piece.variable and "," in names.value(piece.variable):
            raise NotRunnable(f"The value of {piece.variable} holds a comma inside of an option.")


def _filled(word: Word, names: Names, *, is_split: bool = True) -> str:
    """`is_split` where a shell would split values that stand without quotes."""
    text = ""
    for piece in word.pieces:
        if piece.is_array:
            raise NotRunnable(f"{piece.variable} is a list; only a loop can use it.")
        if piece.is_range:
            raise NotRunnable("A range in braces is only understood in the head of a loop.")
        value = names.value(piece.variable) if piece.variable else ""
        if is_split and not piece.is_quoted and piece.variable in names.assigned:
            names.check_whole(piece.variable, [value])
        if value:
            names.count(len(value))
        text += value or piece.text
    names.count(WORD)
    return text


def _word(token: Token) -> Word:
    if isinstance(token, Operator):
        raise NotRunnable(f"'{token.text}' needs a shell.")
    return token


def _bare(token: Token) -> str:
    return token.bare_text if isinstance(token, Word) else ""


def _assigned_name(token: Token) -> str:
    if not isinstance(token, Word):
        return ""
    found = _ASSIGNMENT.match(token.bare_start)
    return found[1] if found else ""


def _ends_command(token: Token) -> bool:
    return _is_separator(token) or token == Operator("&")


def _is_separator(token: Token) -> bool:
    return isinstance(token, Operator) and token.text in _SEPARATORS
