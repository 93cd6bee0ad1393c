"""What of a runbook's shell text may run, as typed commands; no shell ever sees it.

Understood: one command we know with constant arguments, a loop over constant words, and the usual
dressing around it. Everything else is shown with its reason. When in doubt it is not run.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping, Sequence

from runbook.commands import registry
from runbook.commands.base import Effect, Line, NotRunnable, OutputFilter, Runnable
from runbook.commands.crowds import crowd_of, is_crowd, members
from runbook.commands.grep_patterns import check_grep
from runbook.commands.programs import Program
from runbook.commands.shell_script import Part, unroll
from runbook.commands.shell_tokens import Operator

LONGEST_TEXT = 20_000
_QUIET = (">", "1>", "2>", "&>")
_TIMEOUT = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def read(text: str, values: Mapping[str, str], programs: Sequence[Program] = ()) -> Runnable:
    """The lines of `text` with `${NAME}` filled from `values`, or the reason why it is not run.

    `programs` are those that the environment lists besides the commands everybody has.
    """
    try:
        return Runnable(lines=_lines(text, values, programs))
    except NotRunnable as refusal:
        return Runnable(
            reason=refusal.reason, instead=refusal.instead, gcloud_exit=refusal.gcloud_exit
        )


def _lines(text: str, values: Mapping[str, str], programs: Sequence[Program]) -> tuple[Line, ...]:
    if len(text) > LONGEST_TEXT:
        raise NotRunnable("This text is too long to be a command.")
    commands = unroll(text, values)
    if is_crowd(commands):
        return (_crowd(commands),)
    lines = [_line(parts, programs) for parts in commands if not _is_words_only(parts)]
    if not lines:
        raise NotRunnable(
            "This only prints words." if commands else "There is no command here, only preparation."
        )
    return tuple(lines)


def _crowd(commands: list[list[Part]]) -> Line:
    """Equal commands in the background are one line; they must not differ in a word."""
    first, *others = (_without_redirections(parts, _QUIET) for parts in members(commands))
    if any(other != first for other in others):
        raise NotRunnable("Commands in the background are run only when they are all the same.")
    _check_visible(first)
    load, text = crowd_of(len(others) + 1, registry.parse(first))
    return Line(command=load, text=text)


def _line(parts: list[Part], programs: Sequence[Program]) -> Line:
    pipeline, *others = _split(parts, ("&&", "||"))
    if any(not _is_words_only(other) for other in others):
        raise NotRunnable("Two commands joined by && or || need a shell; run each on its own.")
    first, *further = _split(pipeline, ("|",))
    stages = [_without_redirections(first, (*_QUIET, "<"))]
    stages += [_without_redirections(stage, _QUIET) for stage in further]
    timeout, stages[0] = _timeout(stages[0])
    for stage in stages:
        _check_visible(stage)
    parsed, taken = registry.parse_pipe(stages, programs)
    filters = tuple(_output_filter(pipe) for pipe in stages[taken:])
    if filters and parsed.effect is not Effect.READS:
        raise NotRunnable("The output of a change is shown whole; write it without the pipe.")
    front = [] if timeout is None else ["timeout", f"{timeout:g}"]
    text = " | ".join(shlex.join(words) for words in ([*front, *stages[0]], *stages[1:]))
    return Line(command=parsed, text=text, filters=filters, timeout=timeout)


def _split(parts: Sequence[Part], operators: Sequence[str]) -> list[list[Part]]:
    stages: list[list[Part]] = [[]]
    for part in parts:
        if isinstance(part, Operator) and part.text in operators:
            stages.append([])
        else:
            stages[-1].append(part)
    if any(not stage for stage in stages):
        raise NotRunnable("Something is missing around && or | here.")
    return stages


def _is_words_only(parts: Sequence[Part]) -> bool:
    """`echo …`, which has no effect but to print."""
    return bool(parts) and parts[0] == "echo" and all(isinstance(part, str) for part in parts)


def _without_redirections(parts: Sequence[Part], quiet: Sequence[str]) -> list[str]:
    """`2>&1` and what goes to /dev/null say nothing about the command; files are refused."""
    words: list[str] = []
    rest = list(parts)
    while rest:
        part = rest.pop(0)
        if isinstance(part, str):
            words.append(part)
        elif part.text in ("2>&1", "1>&2", ">&2"):
            continue
        elif part.text in quiet and rest and rest[0] == "/dev/null":
            rest.pop(0)
        else:
            raise NotRunnable(_why_not(part.text))
    return words


def _why_not(operator: str) -> str:
    if operator == "&":
        return "Running in the background needs a shell; a URL with & needs quotes."
    if operator.startswith("<"):
        return "Feeding text into a command needs a shell."
    if ">" in operator:
        return "Writing into a file is not done from here."
    return f"'{operator}' needs a shell."


def _timeout(words: list[str]) -> tuple[float | None, list[str]]:
    """The seconds of a `timeout N` in front, and the command behind it."""
    if not words or words[0] != "timeout":
        return None, words
    given = _TIMEOUT.fullmatch(words[1]) if len(words) > 2 else None
    if given is None or float(given[1]) <= 0:
        raise NotRunnable("Only 'timeout SECONDS COMMAND' is understood.")
    return float(given[1]) * _SECONDS[given[2]], words[2:]


def _check_visible(argv: Sequence[str]) -> None:
    for char in "".join(argv):
        if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs"):
            raise NotRunnable(f"The command holds an invisible character (U+{ord(char):04X}).")


def _output_filter(words: list[str]) -> OutputFilter:
    if words and words[0] in ("head", "tail"):
        return _lines_filter(words)
    if words and words[0] in ("grep", "egrep"):
        return _grep_filter(words)
    raise NotRunnable(f"A pipe into {words[0] if words else 'nothing'} needs a shell.")


def _lines_filter(words: list[str]) -> OutputFilter:
    """`head`, `head -5`, `head -n 5`, `head -n5`; the same for tail."""
    count = re.fullmatch(r"-(?:n ?)?(\d{1,6})", " ".join(words[1:])) if words[1:] else None
    if words[1:] and count is None:
        raise NotRunnable(f"'{shlex.join(words)}' is not understood.")
    number = int(count[1]) if count else 10
    return OutputFilter("tail" if words[0] == "tail" else "head", count=number)


def _grep_filter(words: list[str]) -> OutputFilter:
    """`grep -E PATTERN` with -i and -v; a plain grep only with a pattern that means the same."""
    letters = ""
    operands: list[str] = []
    for word in words[1:]:
        if word.startswith("-") and not operands:
            letters += word[1:]
        else:
            operands.append(word)
    if set(letters) - set("Eivq") or "q" in letters or len(operands) != 1:
        raise NotRunnable(f"'{shlex.join(words)}' is not understood.")
    is_extended = "E" in letters or words[0] == "egrep"
    check_grep(operands[0], is_extended=is_extended)
    return OutputFilter(
        "grep", pattern=operands[0], ignore_case="i" in letters, invert="v" in letters
    )
