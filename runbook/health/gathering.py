"""Asks for everything at once: a bounded number of threads for each area, so that a product which
hangs holds up no other, and an end that is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextvars import copy_context
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from runbook.cloud.errors import CloudError
from runbook.health.kinds import Asked, Kind, Read, Seen

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

logger = logging.getLogger(__name__)

_STUMBLED = "Runbook could make nothing of the answer; the log has it."


@dataclass(frozen=True, slots=True)
class Question:
    """One read of one resource."""

    kind: Kind
    asked: Asked
    read: Read


@dataclass(frozen=True, slots=True)
class Answer:
    """What was seen, or why nothing was. `seconds` is when it came, from the start of all."""

    seen: Seen | None
    error: CloudError | None
    seconds: float


class Gathering:
    """Context manager around all questions of a check. What is still under way at its end is left
    behind: each read has a time-out of its own, and nobody hears of it."""

    def __init__(
        self,
        session_for: Callable[[], Session],
        questions: Sequence[Question],
        *,
        concurrency: int,
        deadline: float,
    ) -> None:
        self._questions = list(questions)
        self._session_for = session_for
        self._deadline = deadline
        areas = {question.kind.area for question in questions}
        self._pools = {
            area: ThreadPoolExecutor(concurrency, thread_name_prefix=f"health-{area}")
            for area in areas
        }
        self._started = time.monotonic()
        self._answers: dict[int, Future[Answer]] = {}

    def __enter__(self) -> Self:
        try:
            session = self._session_for().within(self._deadline)
        except CloudError as error:
            for question in self._questions:
                self._answers[id(question)] = _known(Answer(None, error, 0.0))
            return self
        for question in self._questions:
            pool = self._pools[question.kind.area]
            future = pool.submit(copy_context().run, self._ask, question, session)
            self._answers[id(question)] = future
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def answer(self, question: Question) -> Answer:
        """Waits for it, never beyond the deadline of all."""
        left = self._deadline - (time.monotonic() - self._started)
        try:
            return self._answers[id(question)].result(timeout=max(left, 0.0))
        except NotInTime:
            error = CloudError("TIMEOUT", f"There was no answer within {self._deadline:g} s.")
            return Answer(None, error, self._deadline)

    def _ask(self, question: Question, session: Session) -> Answer:
        try:
            seen = question.read.do(session, question.asked)
        except CloudError as error:
            return Answer(None, error, time.monotonic() - self._started)
        except Exception:  # the frame around one read: of the others everything is known still
            logger.exception("reading %s stumbled", question.kind.full_name(question.asked))
            nothing = CloudError("BAD_RESPONSE", _STUMBLED)
            return Answer(None, nothing, time.monotonic() - self._started)
        return Answer(seen, None, time.monotonic() - self._started)


def _known(answer: Answer) -> Future[Answer]:
    future: Future[Answer] = Future()
    future.set_result(answer)
    return future
