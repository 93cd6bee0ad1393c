"""From a shell block to commands: prompts stripped, comments as labels, shown output as example."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from runbook.document import fences, shell_lines
from runbook.document.definition import CommandText, Span
from runbook.document.shell_lines import Piece

KNOWN_PROGRAMS = frozenset(
    {
        *("gcloud", "gsutil", "bq", "kubectl", "helm", "docker", "terraform", "aws", "az", "cbt"),
        *("curl", "wget", "dig", "nslookup", "host", "ping", "openssl", "wscat", "nc", "ssh"),
        *("python", "python3", "pip", "pytest", "node", "npm", "go", "make", "git", "psql"),
        *("mysql", "redis-cli", "systemctl", "journalctl", "sudo", "timeout", "for", "cd"),
    }
)
LONGEST_LABEL = 200
_MOST_VARIABLES = 50

_PROMPT = re.compile(r"\s*(?:[\w.@~:/-]{0,60})?[$%]\s+(?=\S)")
_CONTINUED_PROMPT = re.compile(r"\s*>\s")
_EXPECTED = re.compile(
    r"#\s*(?:expected|expect|output|should (?:print|show|return))\b", re.IGNORECASE
)
_SAID = re.compile(r"echo (?:-e )?(?:Q|[\w .:-]*)")
_DECLARING = ("export", "readonly", "declare", "local")
_ASSIGNED_NAME = re.compile(r"(?:^|\s)([A-Za-z_]\w*)\+?=")
_SET_ON_THE_WAY = re.compile(
    r"(?:^|[;&|({\n]|\b(?:then|do|else|export|local|declare|readonly)\s)\s*([A-Za-z_]\w*)\+?="
    r"|\bfor\s+(\w+)\s+in\b"
)
_SET_BY_NAME = re.compile(r"\b(?:read|unset)\b([^;&|\n]*)")
_USED_NAME = re.compile(r"\$\{?[#!]?([A-Za-z_]\w*)")
_SHEBANG = re.compile(r"#!")


@dataclass(slots=True)
class Variables:
    """What the document's shell blocks have set so far; a later block sees it too.

    `given` are names that the document declares as parameters: those are filled in, not set.
    """

    given: frozenset[str] = frozenset()
    texts: dict[str, str] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)

    def set(self, text: str) -> None:
        for name in _ASSIGNED_NAME.findall(shell_lines.plain(text)):
            if name not in self.given:
                self.texts[name] = text
                self.order[name] = len(self.order)

    def forget(self, text: str) -> None:
        """What a command or a construct sets on its way, nobody knows from here on."""
        hidden = shell_lines.plain(text)
        set_names = [name for names in _SET_ON_THE_WAY.findall(hidden) for name in names]
        named = [name for words in _SET_BY_NAME.findall(hidden) for name in words.split()]
        for name in (*set_names, *named):
            self.texts.pop(name, None)

    def needed_by(self, text: str) -> list[str]:
        """The assignments that the text depends on, in the order in which they were made."""
        needed: set[str] = set()
        waiting = [text]
        while waiting and len(needed) < _MOST_VARIABLES:
            for name in _USED_NAME.findall(waiting.pop()):
                if name in self.texts and name not in needed:
                    needed.add(name)
                    waiting.append(self.texts[name])
        ordered = sorted(needed, key=self.order.__getitem__)
        return list(dict.fromkeys(self.texts[name] for name in ordered))


def is_shell(info: fences.Info, text: str) -> bool:
    """Whether a fence holds commands: by its language, or by its first line when it names none."""
    if info.language in fences.SHELL_LANGUAGES:
        return True
    if info.language:
        return False
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if _PROMPT.match(first) and first.startswith("$"):
        return True
    words = first.split()
    return bool(words) and words[0] in KNOWN_PROGRAMS and len(words) > 1


def commands(text: str, *, first_line: int, variables: Variables) -> tuple[CommandText, ...]:
    """The commands of a shell block whose first line of content is `first_line` of the source."""
    lines = text.removesuffix("\n").split("\n")
    if any(_PROMPT.match(line) and line.lstrip().startswith("$") for line in lines):
        return _prompted(lines, first_line, variables)
    return _plain(lines, first_line, variables)


def with_example(command: CommandText, example: str) -> CommandText:
    """The command with what the document shows as its output, unless it already has that."""
    return command if command.example else replace(command, example=example.strip("\n"))


def _plain(lines: Sequence[str], first_line: int, variables: Variables) -> tuple[CommandText, ...]:
    found: list[CommandText] = []
    labels: list[str] = []
    expected: list[str] = []
    is_after_blank = False
    for piece in shell_lines.pieces(lines):
        text = piece.text.strip()
        if text.startswith("#"):
            is_expected = bool(found) and (bool(expected) or bool(_EXPECTED.match(text)))
            labels = [] if is_after_blank else labels
            (expected if is_expected else labels).append(text)
        elif text:
            found, expected = _with_expected(found, expected), []
            if _is_assignment(text):
                variables.set(text)
            elif _SAID.fullmatch(shell_lines.plain(text)):
                labels = labels or [text.removeprefix("echo").strip(" \"'")]
                continue
            else:
                found.append(_command(piece, first_line, _label(labels), variables))
                variables.forget(text)
                labels = []
        elif expected:
            found, expected = _with_expected(found, expected), []
        is_after_blank = not text
    return tuple(_with_expected(found, expected))


def _prompted(
    lines: Sequence[str], first_line: int, variables: Variables
) -> tuple[CommandText, ...]:
    """Lines behind a prompt are commands, the lines after each are its output."""
    found: list[CommandText] = []
    labels: list[str] = []
    at = 0
    while at < len(lines):
        prompt = _PROMPT.match(lines[at])
        if prompt is None:
            labels += [lines[at].strip()] if lines[at].lstrip().startswith("# ") else []
            at += 1
            continue
        end = at + 1
        while end < len(lines) and not _PROMPT.match(lines[end]):
            end += 1
        block = [lines[at][prompt.end() :]]
        block += [_CONTINUED_PROMPT.sub("", line, count=1) for line in lines[at + 1 : end]]
        piece = shell_lines.pieces(block)[0]
        output = "\n".join(lines[at + 1 + piece.last : end])
        if _is_assignment(piece.text):
            variables.set(piece.text.strip())
        elif piece.text.strip():
            moved = Piece(piece.text, at, at + piece.last)
            command = _command(moved, first_line, _label(labels), variables)
            found.append(with_example(command, output))
            variables.forget(piece.text)
            labels = []
        at = end
    return tuple(found)


def _command(piece: Piece, first_line: int, label: str, variables: Variables) -> CommandText:
    text = piece.text.strip()
    return CommandText(
        text="\n".join([*variables.needed_by(text), text]),
        span=Span(first_line + piece.first, first_line + piece.last),
        label=label,
    )


def _is_assignment(text: str) -> bool:
    """Whether a piece only sets variables: `X=1 Y=2`, `export X=…`, `LIST=(…)`."""
    hidden = " ".join(shell_lines.plain(text).split())
    if re.fullmatch(r"(?:\w+ )?\w+\+?=\([^()]*\)", hidden):
        return True
    words = hidden.split(" ")
    if words[0] in _DECLARING:
        words = [word for word in words[1:] if not word.startswith("-")]
    return bool(words) and all(re.fullmatch(r"[A-Za-z_]\w*\+?=[^;&|<>()]*", word) for word in words)


def _label(comments: Sequence[str]) -> str:
    words = [line.lstrip("#").strip() for line in comments if not _SHEBANG.match(line)]
    text = " ".join(word for word in words if word.strip("-=# "))
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


def _with_expected(found: list[CommandText], expected: Sequence[str]) -> list[CommandText]:
    if not found or not expected:
        return found
    example = "\n".join(line.removeprefix("#").removeprefix(" ") for line in expected)
    return [*found[:-1], with_example(found[-1], example)]
