"""A log file that starts again when it is full and keeps a few older ones."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO


class LogFile:
    """Bytes in, one file out. A disk that is full or read-only loses lines, never the writer:
    `fault` then says what is wrong, and writing is tried again with the next bytes."""

    def __init__(self, path: Path, *, limit: int = 5_000_000, keep: int = 3) -> None:
        self.path = path
        self.fault = ""
        self._limit = limit
        self._keep = keep
        self._file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._file = self.path.open("ab", buffering=0)
            elif self._file.tell() > self._limit:
                self._file = self._start_again(self._file)
            self._file.write(data)
            self.fault = ""
        except OSError as error:
            self.fault = error.strerror or str(error)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _start_again(self, full: BinaryIO) -> BinaryIO:
        full.close()
        self._file = None
        for number in range(self._keep - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self.path.replace(self._numbered(1))
        return self.path.open("ab", buffering=0)

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
