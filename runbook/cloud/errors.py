"""One error for everything a call to Google or to a probed host can end with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from runbook.document.definition import Json

ErrorKind = Literal[
    "NOT_FOUND",
    "DENIED",
    "CONFLICT",
    "PRECONDITION",
    "INVALID",
    "QUOTA",
    "UNAVAILABLE",
    "TIMEOUT",
    "BAD_RESPONSE",
]


class CloudError(Exception):
    """A call that did not succeed.

    `kind` says what happened, `message` is Google's own sentence where it gave one, `advice` is
    what the operator can do next. `may_have_applied` is true when the request may have reached
    Google although no answer came back: a change in that state is neither done nor undone.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        advice: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
        may_have_applied: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind
        self.message = message
        self.advice = advice
        self.http_status = http_status
        self.retry_after = retry_after
        self.may_have_applied = may_have_applied

    @property
    def can_retry_help(self) -> bool:
        return self.kind in ("QUOTA", "UNAVAILABLE", "TIMEOUT")


class PartlyReadError(CloudError):
    """A list of which Google gave only a part: `found`."""

    def __init__(
        self, kind: ErrorKind, message: str, found: Sequence[Json], *, advice: str = ""
    ) -> None:
        super().__init__(kind, message, advice=advice)
        self.found = list(found)
