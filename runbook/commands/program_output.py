"""What a process prints on its two streams, as whole lines and within bounds."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from types import TracebackType
from typing import IO, Self

from runbook.commands.base import Emit, Stream

MOST_BYTES = 32 * 1024 * 1024
LONGEST_LINE = 16 * 1024
_READ = 64 * 1024
_REST_SECONDS = 1.0


class ProgramOutput:
    """Emits each line once it is complete, and a line that never ends in pieces.

    After `MOST_BYTES` the rest is read and dropped, so that the program does not block.
    """

    def __init__(self, process: subprocess.Popen[bytes], emit: Emit) -> None:
        self._emit = emit
        self._streams = selectors.DefaultSelector()
        self._unfinished: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}
        self._bytes = 0
        self._spoken = time.monotonic()
        self.lines = 0
        self._watch(process.stdout, "stdout")
        self._watch(process.stderr, "stderr")

    def _watch(self, pipe: IO[bytes] | None, stream: Stream) -> None:
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._streams.register(pipe, selectors.EVENT_READ, stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for key in list(self._streams.get_map().values()):
            self._close(key)
        self._streams.close()

    def wait(self, seconds: float) -> None:
        """Emits what comes, for at most `seconds`; at once when both streams are closed."""
        if not self._streams.get_map():
            time.sleep(min(seconds, 0.02))
            return
        for key, _ in self._streams.select(seconds):
            self._take(key)

    def rest(self) -> None:
        """What lies in the pipes after the program's end, however much its children still say."""
        until = time.monotonic() + _REST_SECONDS
        while (ready := self._streams.select(0)) and time.monotonic() < until:
            for key, _ in ready:
                self._take(key)
        for stream in self._unfinished:
            self._flush(stream)

    def silent_for(self) -> float:
        return time.monotonic() - self._spoken

    def remark(self, text: str) -> None:
        """Words of ours beside those of the program."""
        self._spoken = time.monotonic()
        self._emit(text, "stderr")

    def _take(self, key: selectors.SelectorKey) -> None:
        chunk = os.read(key.fd, _READ)
        if not chunk:
            self._close(key)
            return
        before, self._bytes = self._bytes, self._bytes + len(chunk)
        kept = chunk[: max(MOST_BYTES - before, 0)]
        if before <= MOST_BYTES < self._bytes:
            self.remark("--- more output than is kept; the rest is left out ---")
        *whole, last = (self._unfinished[key.data] + kept).split(b"\n")
        self._unfinished[key.data] = last
        for line in whole:
            self._say(line, key.data)
        if len(last) >= LONGEST_LINE:
            self._flush(key.data)

    def _close(self, key: selectors.SelectorKey) -> None:
        self._streams.unregister(key.fileobj)
        if not isinstance(key.fileobj, int):
            key.fileobj.close()  # type: ignore[attr-defined]  # the pipes registered above

    def _flush(self, stream: Stream) -> None:
        if self._unfinished[stream]:
            line, self._unfinished[stream] = self._unfinished[stream], b""
            self._say(line, stream)

    def _say(self, line: bytes, stream: Stream) -> None:
        self._spoken = time.monotonic()
        self.lines += 1
        self._emit(line.decode("utf-8", errors="replace").rstrip("\r"), stream)
