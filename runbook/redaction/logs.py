"""Log lines without secrets: libraries log the addresses they ask, and tracebacks show values."""

from __future__ import annotations

import logging

from runbook.redaction.redactor import Redactor

_REDACTOR = Redactor()


class RedactedFormatter(logging.Formatter):
    """Takes out what looks like a secret; known values of runs are not known to a log."""

    def format(self, record: logging.LogRecord) -> str:
        return _REDACTOR.text(super().format(record))
