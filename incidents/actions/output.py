"""Keeping a run alive and its output safe while a command works.

One background thread per run stores and sends the output (every 100 ms, or as soon as 64 KB wait)
and renews the lease. Rows first, stream second. The thread has its own database connection; the
rest is stored by the worker's own thread, so that a command that is quick needs no other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, get_args

from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from incidents import clock, draining, live
from incidents.actions.digests import KeptLines, kept_lines
from incidents.actions.hand_back import hand_back
from incidents.actions.leases import renew
from incidents.actions.storable import storable_text
from incidents.models import OutputChunk, Run
from incidents.redacting import redactor_of
from incidents.states import EffectChoice, RunState
from runbook.commands.base import Cancelled, HandedBack, Stream

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1
FLUSH_BYTES = 64 * 1024
_NOT_KEPT = "the output of run %s cannot be kept; the run is stopped"
LINE_CHARACTERS = 16 * 1024
TOTAL_BYTES = 32 * 1024 * 1024


class RunKeeper:
    """Context manager around the planning or the execution of one claimed run.

    `emit` and `check` may be called from any thread. They raise `Cancelled` once a person asked to
    stop or the lease was lost, and `HandedBack` when the run is handed back. On exit everything
    emitted is stored, and the run knows the digest of its output.

    When the worker is asked to stop, a run that has not sent anything is handed back at once, even
    while its command waits for an answer: `has_left` is true then, and nothing that the command
    still gives may be recorded.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._next = run.last_line + 1
        self._waiting: list[str] = []
        self._waiting_bytes = 0
        self._total = 0
        redactor = redactor_of(run)
        self._lines = {stream: redactor.lines() for stream in get_args(Stream)}
        self._kept = kept_lines(run.pk) if run.last_line else KeptLines()
        self._is_leaving = self._is_to_be_left = False
        self.has_left = False
        self._stop: type[Cancelled] = Cancelled
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._renewed = time.monotonic()
        self._is_broken = False
        self._closed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"run-{run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._add_held()
        self._closed.set()
        self._wake.set()
        self._thread.join()
        self._store_rest()
        self._run.output_digest, self._run.last_line = self._kept.digest, self._kept.count

    def leave(self) -> None:
        """Begin to hand the run back. What a read has printed so far is kept; a change goes on
        here when it has been sent."""
        if self._is_leaving:
            return
        if self._run.effect == EffectChoice.READS:
            self._stop = HandedBack
            self._stopped.set()
            with self._lock:
                self._add("--- the worker is being restarted; starts again ---")
        self._is_leaving = self._is_to_be_left = True

    def check(self) -> None:
        """For a command that waits and prints nothing; only looks at memory."""
        if self._stopped.is_set():
            raise self._stop

    def emit(self, text: str, stream: Stream = "stdout") -> None:
        """Secrets are taken out here, so that nothing of them is stored or sent."""
        self.check()
        with self._lock:
            for line in text.split("\n"):
                for clean in self._lines[stream].line(storable_text(line.rstrip("\r"))):
                    self._add(clean)
            is_full = self._waiting_bytes >= FLUSH_BYTES
        if is_full:
            self._wake.set()

    def _add_held(self) -> None:
        """Lines that could have been the beginning of a secret, and were not."""
        with self._lock:
            for lines in self._lines.values():
                for clean in lines.close():
                    self._add(clean)

    def _add(self, clean: str) -> None:
        if self._total > TOTAL_BYTES:
            return
        for start in range(0, max(len(clean), 1), LINE_CHARACTERS):
            piece = clean[start : start + LINE_CHARACTERS]
            self._waiting.append(piece)
            self._waiting_bytes += len(piece) + 1
        self._total += len(clean) + 1
        if self._total > TOTAL_BYTES:
            self._waiting.append("--- more output than is kept (32 MB); the rest is left out ---")

    def _keep(self) -> None:
        try:
            while not self._closed.is_set():
                self._wake.wait(FLUSH_SECONDS)
                self._wake.clear()
                if self._closed.is_set():
                    break
                if draining.is_asked():
                    self.leave()
                self._pass()
        except Exception:
            logger.exception(_NOT_KEPT, self._run.pk)
            self._give_up()
        finally:
            connection.close()

    def _store_rest(self) -> None:
        try:
            while not (self._is_broken or self._pass()):
                pass
        except Exception:
            logger.exception(_NOT_KEPT, self._run.pk)
            self._give_up()

    def _pass(self) -> bool:
        """Whether all that was waiting is stored, and the run handed back when it is to be."""
        is_stored = self._guarded(self._flush)
        if is_stored and self._is_to_be_left:
            is_stored = self._guarded(self._hand_back)
        is_due = time.monotonic() - self._renewed >= settings.HEARTBEAT_SECONDS
        if is_due and self._guarded(self._renew):
            self._renewed = time.monotonic()
        return is_stored

    def _give_up(self) -> None:
        self._is_broken = True
        self._stopped.set()

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Do a database step; a busy or absent database is tried again at the next pass."""
        try:
            work()
        except (DataError, IntegrityError):
            raise  # would be the same at every pass
        except DatabaseError as error:
            logger.warning("output of run %s waits for the database: %s", self._run.pk, error)
            connection.close_if_unusable_or_obsolete()
            time.sleep(FLUSH_SECONDS)
            return False
        return True

    def _flush(self) -> None:
        with self._lock:
            lines, size = self._waiting, self._waiting_bytes
            if not lines:
                return
            self._waiting, self._waiting_bytes = [], 0
        try:
            is_ours = self._store(lines)
        except DatabaseError:
            with self._lock:
                self._waiting = lines + self._waiting
                self._waiting_bytes += size
            raise
        if not is_ours:
            self._stopped.set()
            return
        live.append_lines(
            incident_id=self._run.incident_id, run_id=self._run.pk, first=self._next, lines=lines
        )
        self._next += len(lines)
        self._kept.add("\n".join(lines))

    def _store(self, lines: list[str]) -> bool:
        """False when the run is not this worker's any more; then nothing is stored.

        A commit whose answer was lost is done again: the same first line, as many or more of them.
        """
        last = self._next + len(lines) - 1
        with transaction.atomic():
            held = Run.objects.filter(
                pk=self._run.pk, token=self._run.token, state=RunState.RUNNING
            ).update(last_line=last)
            if held:
                chunk = OutputChunk(
                    run=self._run,
                    first=self._next,
                    last=last,
                    text="\n".join(lines),
                    at=clock.now(),
                )
                OutputChunk.objects.bulk_create(
                    [chunk],
                    update_conflicts=True,
                    unique_fields=["run", "first"],
                    update_fields=["last", "text", "at"],
                )
        return bool(held)

    def _hand_back(self) -> None:
        self.has_left = hand_back(self._run)
        self._is_to_be_left = False
        if self.has_left:
            self._stop = HandedBack
            self._stopped.set()

    def _renew(self) -> None:
        is_ours, is_cancelled = renew(self._run)
        if is_cancelled or not is_ours:
            self._stopped.set()
