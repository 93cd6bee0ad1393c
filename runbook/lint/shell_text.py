"""Shell text cut into statements with their lines, to look at: nothing is refused or expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<comment>(?<![^\s;&|(])\#[^\n]*)
    |(?P<space>[ \t\r]+|\\\n)
    |(?P<end>\n|;;?|&(?![&>\d])|[()])
    |(?P<join>&&|\|\|)
    |(?P<pipe>\|&?)
    |(?P<redirection>(?:\d|&)?>>?[ ]?(?:&\d|[^\s;&|<>()]*)|<<<|<<-?\s*[^\s;&|<>()]+
        |<(?![A-Za-z][\w .-]*>)[ ]?[^\s;&|<>()]*)
    |(?P<piece><[A-Za-z][\w .-]*>|\\.|'[^']*'|"(?:\\.|[^"\\])*"
        |\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|[^\s;&|<>()'"\\`$]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_HERE_DOCUMENT = re.compile(r"(?<!<)<<-?\s*['\"\\]?([A-Za-z_]\w*)")
_LEADERS = frozenset({"do", "then", "else", "elif", "if", "while", "until", "!", "{", "time"})
_ESCAPED = re.compile(r"\\([$`\"\\\n])")


@dataclass(frozen=True, slots=True)
class Stage:
    """One program of a pipe: its words without quotes, and its redirections as written, without
    blanks."""

    words: tuple[str, ...]
    redirections: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The program's name, behind a `timeout N` and behind variables set for it alone."""
        return next(iter(self.command), "")

    @property
    def command(self) -> tuple[str, ...]:
        """The words from the program on."""
        words = self.words
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            words = words[1:]
        return words[2:] if words[:1] == ("timeout",) else words


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages joined by `|`; `text` is as written."""

    stages: tuple[Stage, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Pipelines joined by `&&` and `||`: `joins[n]` stands before pipeline n+1.

    `line` is that of its first word, leading keywords of the shell left aside, and so is `text`.
    `is_background` when `&` ends it; `is_condition` when it stands behind `if` or `while`.
    """

    line: int
    text: str
    pipelines: tuple[Pipeline, ...]
    joins: tuple[str, ...] = ()
    is_background: bool = False
    is_condition: bool = False

    @property
    def stages(self) -> Iterator[Stage]:
        for pipeline in self.pipelines:
            yield from pipeline.stages


def statements(text: str, *, first_line: int = 1) -> tuple[Statement, ...]:
    """Every statement of the text, those inside loops and conditionals among them."""
    cutter = _Cutter(_without_here_documents(text), first_line)
    return tuple(cutter.statements())


def _without_here_documents(text: str) -> str:
    """Their lines are left blank: they are input and not commands."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        marks = _HERE_DOCUMENT.findall(lines[at])
        at += 1
        for mark in marks:
            ends = [n for n in range(at, len(lines)) if lines[n].strip() == mark]
            for n in range(at, ends[0] + 1 if ends else at):
                lines[n] = ""
    return "\n".join(lines)


@dataclass(slots=True)
class _Cutter:
    """Holds the statement that is being read."""

    text: str
    line: int
    word: str | None = None
    words: list[str] = field(default_factory=list)
    redirections: list[str] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    pipelines: list[Pipeline] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    started: int = -1
    started_line: int = 0
    pipeline_started: int = -1
    is_condition: bool = False

    def statements(self) -> Iterator[Statement]:
        for token in _TOKEN.finditer(self.text):
            kind, written = token.lastgroup, token[0]
            if kind == "piece":
                self._piece(written, token.start())
            else:
                self._end_word()
                if kind == "redirection":
                    self._start(token.start())
                    self.redirections.append("".join(written.split()))
                elif kind == "pipe":
                    self._end_stage()
                elif kind == "join":
                    self._end_pipeline(token.start())
                    self.joins.append(written)
                elif kind == "end" and not (written == "\n" and self._is_open()):
                    yield from self._end(token.start(), is_background=written == "&")
            self.line += written.count("\n")
        self._end_word()
        yield from self._end(len(self.text), is_background=False)

    def _start(self, at: int) -> None:
        if self.started < 0:
            self.started, self.started_line = at, self.line
        if self.pipeline_started < 0:
            self.pipeline_started = at

    def _piece(self, written: str, at: int) -> None:
        self._start(at)
        self.word = (self.word or "") + _unquoted(written)

    def _end_word(self) -> None:
        word, self.word = self.word, None
        if word is None:
            return
        is_first = not (self.words or self.stages or self.pipelines)
        if is_first and word in _LEADERS:
            self.is_condition = word in ("if", "while", "until", "elif")
            self.started = self.pipeline_started = -1
        else:
            self.words.append(word)

    def _is_open(self) -> bool:
        """Whether an operator waits for what the next line brings."""
        has_operator = bool(self.stages) or bool(self.joins)
        return has_operator and not self.words

    def _end_stage(self) -> None:
        if self.words or self.redirections:
            self.stages.append(Stage(tuple(self.words), tuple(self.redirections)))
        self.words, self.redirections = [], []

    def _end_pipeline(self, end: int) -> None:
        self._end_stage()
        if self.stages:
            written = self.text[max(self.pipeline_started, 0) : end].strip()
            self.pipelines.append(Pipeline(tuple(self.stages), written))
        self.stages, self.pipeline_started = [], -1

    def _end(self, end: int, *, is_background: bool) -> Iterator[Statement]:
        self._end_pipeline(end)
        if self.pipelines:
            yield Statement(
                line=self.started_line,
                text=self.text[max(self.started, 0) : end].strip(),
                pipelines=tuple(self.pipelines),
                joins=tuple(self.joins[: len(self.pipelines) - 1]),
                is_background=is_background,
                is_condition=self.is_condition,
            )
        self.pipelines, self.joins, self.started = [], [], -1
        self.is_condition = False


def _unquoted(written: str) -> str:
    if written[0] == "'" and len(written) > 1:
        return written[1:-1]
    if written[0] == '"' and len(written) > 1:
        return _ESCAPED.sub(r"\1", written[1:-1])
    return written[1:] if written[0] == "\\" and len(written) > 1 else written
