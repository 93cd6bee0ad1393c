"""nslookup: the addresses that a name server gives for an allowed host."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.lookups import DNS_PORT, Question, refused_question
from runbook.commands.base import Command, Effect, Emit, NotRunnable, Outcome
from runbook.commands.dns_text import nslookup_text
from runbook.commands.dns_words import (
    NOTHING,
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
class Nslookup(Probing):
    """Two questions, A and AAAA, unless one type is asked for."""

    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        return "nslookup"

    @property
    def resource(self) -> str:
        return self.questions[0].host

    def outside(self, target: Target) -> str:
        return refused_question(self.questions[0], target)

    def look(self, session: Session, emit: Emit) -> Outcome:
        answers = [session.dns.ask(question) for question in self.questions]
        emit(nslookup_text(answers, self.resource))
        result = result_of(answers)
        if any(answer.records for answer in answers):
            return Outcome("succeeded", message_of(answers), result)
        return Outcome("failed", message_of(answers), result)

    def nothing(self, why: str) -> Json:  # noqa: ARG002 (part of the contract)
        return NOTHING


def _parse_nslookup(words: Sequence[str]) -> Command:
    kinds: tuple[str, ...] = ("A", "AAAA")
    port = DNS_PORT
    operands: list[str] = []
    for word in words:
        name, _, value = word.removeprefix("-").partition("=")
        if not word.startswith("-"):
            operands.append(word)
        elif name in ("type", "query", "q", "ty") and value:
            kinds = (kind_of(value),)
        elif name == "port" and value:
            port = port_of(value)
        else:
            raise NotRunnable(f"The option {word} of nslookup is not understood here.")
    if len(operands) not in (1, 2):
        raise NotRunnable("nslookup takes a host here, and a name server after it.")
    host = host_of(operands[0])
    server = server_of(operands[1]) if len(operands) == 2 else ""
    written = shlex.join(["nslookup", *words])
    return Nslookup(written, tuple(Question(host, kind, server, port) for kind in kinds))


KINDS = (
    CommandKind(
        "nslookup",
        Effect.READS,
        "Asks the system's or a named name server for the addresses of an allowed host.",
        _parse_nslookup,
    ),
)
