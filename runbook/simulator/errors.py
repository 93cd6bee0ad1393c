"""Refusals and the three shapes in which Google's APIs put them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Shape = Literal["rpc", "compute", "sql"]

_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
}
_REASONS = {
    400: "invalid",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    409: "alreadyExists",
    412: "conditionNotMet",
    429: "rateLimitExceeded",
    500: "backendError",
    502: "backendError",
    503: "backendError",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one field of a request's body, in Google's words."""

    field: str
    description: str


class Refusal(Exception):
    """An answer that is an error. `reason` is used by compute and sql, `status` by the others.

    `violations` are what is wrong with single fields of the body; all shapes list them alike.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str = "",
        status: str = "",
        headers: dict[str, str] | None = None,
        violations: tuple[Violation, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason or _REASONS[code]
        self.status = status or _STATUS_NAMES[code]
        self.headers = headers or {}
        self.violations = violations

    def body(self, shape: Shape) -> dict[str, Any]:  # Any: JSON
        """The error as `shape` writes it: sql and compute list reasons, others have a status."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}  # Any: JSON
        if self.violations:
            error |= {"status": self.status, "details": [_bad_request(self.violations)]}
        if shape == "rpc":
            return {"error": error | {"status": self.status}}
        detail = {"message": self.message, "domain": "global", "reason": self.reason}
        return {"error": error | {"errors": [detail]}}


def _bad_request(violations: tuple[Violation, ...]) -> dict[str, Any]:  # Any: JSON
    return {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [
            ({"field": one.field} if one.field else {}) | {"description": one.description}
            for one in violations
        ],
    }


def shape_of(path: str) -> Shape:
    """Which API a path belongs to, as far as errors go."""
    if path.startswith(("/compute/", "/batch/compute/")):
        return "compute"
    parts = path.split("/")
    if path.startswith("/sql/") or (path.startswith("/v1/") and _is_sql(parts)):
        return "sql"
    return "rpc"


def _is_sql(parts: list[str]) -> bool:
    """`/v1/projects/P/instances…`, `/v1/projects/P/operations…` and `/v1/flags`."""
    return parts[2:3] == ["flags"] or parts[4:5] in (["instances"], ["operations"])
