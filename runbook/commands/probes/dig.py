"""dig: what a name server says of an allowed host, as dig prints it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.lookups import DNS_PORT, Answer, Question, refused_question
from runbook.commands.base import Command, Effect, Emit, NotRunnable, Outcome, aside
from runbook.commands.dns_text import dig_text, record_line, trace_text
from runbook.commands.dns_words import (
    NOTHING,
    RECORD_KINDS,
    host_of,
    kind_of,
    message_of,
    port_of,
    result_of,
    server_of,
)
from runbook.commands.kinds import CommandKind
from runbook.commands.probing import Probing
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Dig(Probing):
    """`shows` is "all", "answer" (+noall +answer), "short" or "trace"."""

    question: Question
    shows: str = "all"

    @property
    def name(self) -> str:
        return "dig"

    @property
    def resource(self) -> str:
        return self.question.host

    def outside(self, target: Target) -> str:
        return refused_question(self.question, target)

    def look(self, session: Session, emit: Emit) -> Outcome:
        if self.shows == "trace":
            return self._trace(session, emit)
        answer = session.dns.ask(self.question)
        text = self._printed(answer)
        if text:
            emit(text)
        return Outcome("succeeded", message_of([answer]), result_of([answer]))

    def _printed(self, answer: Answer) -> str:
        if self.shows == "short":
            return "\n".join(record.data for record in answer.records)
        if self.shows == "answer":
            return "\n".join(record_line(record) for record in answer.records)
        return dig_text(answer, self.question, self.written.removeprefix("dig "))

    def _trace(self, session: Session, emit: Emit) -> Outcome:
        answers: list[Answer] = []
        for answer in session.dns.trace(self.question):
            answers.append(answer)
            emit(trace_text(answer))
        if answers[-1].via:
            aside(emit)("The simulator answers for the host; it has no delegation to follow.")
        steps: list[Json] = [
            {"server": one.server, "seconds": round(one.seconds, 6)} for one in answers
        ]
        result = {**result_of(answers[-1:]), "steps": steps}
        return Outcome("succeeded", message_of(answers[-1:]), result)

    def nothing(self, why: str) -> Json:  # noqa: ARG002 (part of the contract)
        return NOTHING


def _parse_dig(words: Sequence[str]) -> Command:
    given: dict[str, str] = {}
    pluses: list[str] = []
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("@"):
            given["@"] = server_of(word[1:])
        elif word.startswith("+"):
            pluses.append(word)
        elif word in ("-p", "-t") and rest:
            given[word] = rest.pop(0)
        elif word.startswith("-"):
            raise NotRunnable(f"The option {word} of dig is not understood here.")
        else:
            operands.append(word)
    host, kind = _asked(operands, given.get("-t", ""))
    question = Question(host, kind, given.get("@", ""), port_of(given.get("-p", str(DNS_PORT))))
    return Dig(shlex.join(["dig", *words]), question, _shows(pluses))


def _asked(operands: list[str], kind: str) -> tuple[str, str]:
    """dig takes host and type in either order."""
    kinds = [word for word in operands if word.upper() in RECORD_KINDS]
    hosts = [word for word in operands if word.upper() not in RECORD_KINDS and word.upper() != "IN"]
    if len(hosts) != 1 or len(kinds) + bool(kind) > 1:
        raise NotRunnable("dig takes one host here, and one type of record.")
    return host_of(hosts[0]), kind_of(kinds[0] if kinds else kind or "A")


def _shows(pluses: Sequence[str]) -> str:
    known = {(): "all", ("+short",): "short", ("+trace",): "trace", ("+noall", "+answer"): "answer"}
    found = known.get(tuple(pluses))
    if found is None:
        raise NotRunnable(f"'{' '.join(pluses)}' of dig is not understood here.")
    return found


KINDS = (
    CommandKind(
        "dig",
        Effect.READS,
        "Asks a name server about an allowed host, or follows its delegation with +trace.",
        _parse_dig,
    ),
)
