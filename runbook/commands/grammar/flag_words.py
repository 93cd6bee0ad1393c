"""Parts the words after a command into operands and flags, the way gcloud's parser does."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.other_flags import OtherFlags

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
_FOREIGN_AND_HIDDEN = frozenset(
    {
        "authority-selector",
        "authorization-token-file",
        "credential-file-override",
        "universe-domain",
    }
)
_OTHER_VALUES = frozenset({"document", "http-timeout", "trace-token"})
_OTHER_SWITCHES = frozenset(
    {"log-http", "no-log-http", "no-user-output-enabled", "user-output-enabled"}
)
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
    """Names of flags, without the dashes. `others` are those that gcloud has and we do not.

    `one_way` are booleans without a `--no-` form, `merged` flags whose entries gcloud merges when
    they are given twice. `has_operands` says that words without a dash have a place, `takes_more`
    that several of them have.
    """

    with_value: frozenset[str]
    booleans: frozenset[str]
    one_way: frozenset[str] = frozenset({"quiet", "global"})
    others: OtherFlags = OtherFlags(frozenset(), frozenset())  # noqa: RUF009 (frozen)
    merged: frozenset[str] = frozenset()
    has_operands: bool = True
    takes_more: bool = False

    @property
    def all(self) -> list[str]:
        """As they are suggested for words that are misspelled."""
        known = self.with_value | self.booleans | FOREIGN | UNSUPPORTED
        known |= {name for name in self.others.with_value | self.others.switches if name[0] != "-"}
        two_way = {f"no-{name}" for name in self.booleans - self.one_way}
        return sorted(f"--{name}" for name in known | two_way | {"help"})

    def is_switch(self, name: str) -> bool:
        positive = name.removeprefix("no-")
        return name in self.booleans or (positive in self.booleans and positive not in self.one_way)


@dataclass(slots=True)
class Words:
    """`flags` are by name with their raw text; a boolean's text is "true" or "false".

    `replaced` are values that a later one of the same flag takes the place of, and `ours` why these
    words are not run although gcloud would take them.
    """

    operands: list[str] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    ours: list[NotRunnable] = field(default_factory=list)


def part_words(words: Sequence[str], known: Known) -> Words:
    """Raises NotRunnable. Of a flag that is given twice the last one counts."""
    parted = Words()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            _take_literally(rest, known, parted)
            break
        if is_flag(word):
            _take(_written_out(word, known), rest, known, parted)
        else:
            parted.operands.append(word)
    return parted


def _written_out(word: str, known: Known) -> str:
    """`-q` and, where there is such a flag, `-i INSTANCE`."""
    if word.partition("=")[0] == "-i" and "instance" in known.with_value:
        return f"--instance{word[2:]}"
    return "--quiet" if word == "-q" else word


def _take_literally(rest: list[str], known: Known, parted: Words) -> None:
    """What follows `--` are operands, which gcloud only takes when it has none yet; where it
    takes several, some orders are refused by it and all by us."""
    if known.has_operands and (not parted.operands or (rest and known.takes_more)):
        parted.operands += rest
    else:
        parted.unknown += ["--", *rest]


def is_flag(word: str) -> bool:
    """gcloud takes a word with a space in it for a value, and negative numbers too."""
    is_text = not word.startswith("-") or word == "-" or (" " in word and "=" not in word)
    return not (is_text or _NEGATIVE.fullmatch(word))


def _take(word: str, rest: list[str], known: Known, parted: Words) -> None:
    name, equals, text = word.removeprefix("--").partition("=")
    given = text if equals else None
    if word in ("-h", "--help"):
        raise NotRunnable("gcloud's help is not shown from here.")
    if word.startswith("---"):
        parted.unknown.append(word)
    elif known.is_switch(name):
        _check_bare(name, given)
        is_on = name in known.booleans
        _keep(name if is_on else name.removeprefix("no-"), "true" if is_on else "false", parted)
    elif name in known.with_value and word.startswith("--"):
        if name in parted.flags and name in known.merged:
            twice = f"--{name} is given twice; write all its entries in one flag."
            parted.ours.append(NotRunnable(twice))
        _keep(name, _value_behind(name, given, rest), parted)
    else:
        _take_other(word, given, rest, known, parted)


def _keep(name: str, text: str, parted: Words) -> None:
    if name in parted.flags:
        parted.replaced.append((name, parted.flags[name]))
    parted.flags[name] = text


def _check_bare(name: str, given: str | None) -> None:
    if given is not None:
        shown = "--quiet/-q" if name == "quiet" else f"--{name}"
        raise NotRunnable(f"argument {shown}: ignored explicit argument '{given}'", gcloud_exit=2)


def _value_behind(name: str, given: str | None, rest: list[str]) -> str:
    if given is not None:
        return given
    if not rest or is_flag(rest[0]) or rest[0] == "--":
        raise NotRunnable(f"argument --{name}: expected one argument", gcloud_exit=2)
    return rest.pop(0)


def _take_other(word: str, given: str | None, rest: list[str], known: Known, parted: Words) -> None:
    """A flag that only gcloud has, or nobody."""
    name = word.removeprefix("--").partition("=")[0]
    is_foreign = name in FOREIGN | _FOREIGN_AND_HIDDEN
    if name in known.others.switches | _OTHER_SWITCHES:
        _check_bare(name, given)
    elif is_foreign or name in known.others.with_value | _OTHER_VALUES:
        _value_behind(name, given, rest)
    else:
        parted.unknown.append(word)
        return
    shown = name if name.startswith("-") else f"--{name}"
    parted.ours.append(
        NotRunnable(
            f"{shown} is not accepted: commands run with the credentials of the environment."
            if is_foreign
            else f"gcloud knows {shown} but it is not supported here."
        )
    )


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
