"""Parts the words after a command into operands and flags, the way gcloud's parser does."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runbook.commands.base import NotRunnable

FOREIGN = frozenset(
    {
        "access-token-file",
        "account",
        "billing-project",
        "configuration",
        "flags-file",
        "impersonate-service-account",
    }
)
UNSUPPORTED = frozenset({"log-http", "trace-token", "user-output-enabled"})
EVERYWHERE = frozenset({"flatten", "format", "project", "verbosity"})
VERBOSITIES = ("critical", "debug", "error", "info", "none", "warning")
_NEGATIVE = re.compile(r"-\d+|-\d*\.\d+")


def command_first(argv: Sequence[str]) -> list[str]:
    """`gcloud --project=P sql instances …` with the flags of every command behind the command."""
    path, moved, rest = [*argv[:1]], [], list(argv[1:])
    while argv[:1] == ["gcloud"] and rest:
        name, equals, _text = rest[0].removeprefix("--").partition("=")
        if not is_flag(rest[0]) and rest[0] != "--":
            path.append(rest.pop(0))
        elif rest[0] in ("-q", "--quiet") or (name in EVERYWHERE and equals):
            moved.append(rest.pop(0))
        elif name in EVERYWHERE and len(rest) > 1:
            moved += [rest.pop(0), rest.pop(0)]
        else:
            break
    return [*path, *moved, *rest]


@dataclass(frozen=True, slots=True)
class Known:
    """Names of flags, without the dashes. `others` are those that gcloud has and we do not."""

    with_value: frozenset[str]
    booleans: frozenset[str]
    one_way: frozenset[str] = frozenset({"quiet", "global"})
    others: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()

    @property
    def all(self) -> list[str]:
        """As they are suggested for words that are misspelled."""
        known = self.with_value | self.booleans | self.others | FOREIGN | UNSUPPORTED
        two_way = {f"no-{name}" for name in self.booleans - self.one_way}
        return sorted(f"--{name}" for name in known | two_way | {"help"})


@dataclass(slots=True)
class Words:
    """`flags` are by name with their raw text; a boolean's text is "true" or "false"."""

    operands: list[str] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def part_words(words: Sequence[str], known: Known) -> Words:
    """Raises NotRunnable. Of a flag that is given twice the last one counts."""
    parted = Words()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            parted.operands += rest
            break
        if not is_flag(word):
            parted.operands.append(word)
            continue
        _take(word, rest, known, parted)
    return parted


def is_flag(word: str) -> bool:
    """gcloud takes a word with a space in it for a value, and negative numbers too."""
    is_text = not word.startswith("-") or word == "-" or (" " in word and "=" not in word)
    return not (is_text or _NEGATIVE.fullmatch(word))


def _take(word: str, rest: list[str], known: Known, parted: Words) -> None:
    word = "--quiet" if word == "-q" else word
    name, equals, text = word.removeprefix("--").partition("=")
    positive = name.removeprefix("no-")
    if name in known.booleans or (positive in known.booleans and positive not in known.one_way):
        _take_boolean(name, text if equals else None, known, parted)
        return
    if not word.startswith("--") or name not in known.with_value:
        _check_foreign(name, known)
        parted.unknown.append(word)
        return
    if not equals:
        if not rest or is_flag(rest[0]):
            raise NotRunnable(f"argument --{name}: expected one argument", gcloud_exit=2)
        text = rest.pop(0)
    if name in parted.flags and name in known.merged:
        raise NotRunnable(f"--{name} is given twice; write all its entries in one flag.")
    parted.flags[name] = text


def _take_boolean(name: str, text: str | None, known: Known, parted: Words) -> None:
    if text is not None:
        shown = "--quiet/-q" if name == "quiet" else f"--{name}"
        raise NotRunnable(f"argument {shown}: ignored explicit argument '{text}'", gcloud_exit=2)
    if name in known.booleans:
        parted.flags[name] = "true"
    else:
        parted.flags[name.removeprefix("no-")] = "false"


def _check_foreign(name: str, known: Known) -> None:
    if name in FOREIGN:
        raise NotRunnable(
            f"--{name} is not accepted: commands run with the credentials of the environment."
        )
    if name in UNSUPPORTED or name in known.others or name.removeprefix("no-") in known.others:
        raise NotRunnable(f"gcloud knows --{name} but it is not supported here.")


def unrecognized(unknown: Sequence[str], known: Known) -> str:
    """gcloud's words, with what was probably meant behind each flag."""
    shown = [word + _hint(word, known) for word in unknown]
    return f"unrecognized arguments: {' '.join(shown)}"


def meant(word: str, known: Known) -> str:
    """The flag that a misspelled one is nearest to, or ""."""
    name = word.partition("=")[0]
    if not name.startswith("--"):
        return ""
    close = difflib.get_close_matches(name.lower(), known.all, n=1)
    return close[0] if close else ""


def _hint(word: str, known: Known) -> str:
    guess = meant(word, known)
    return f" (did you mean '{guess}'?)" if guess else ""


def corrected(words: Sequence[str], unknown: Sequence[str], known: Known) -> list[str]:
    """The words with every misspelled flag written as the one that was meant; [] if there is one
    of which nobody knows."""
    better: Mapping[str, str] = {word: meant(word, known) for word in unknown}
    ours = {f"--{name}" for name in known.with_value | known.booleans}
    if not all(guess in ours for guess in better.values()):
        return []
    return [
        better[word] + word[len(word.partition("=")[0]) :] if word in better else word
        for word in words
    ]
