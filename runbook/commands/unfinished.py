"""What Google has not come to an end with, in words, and what that means for the next change."""

from __future__ import annotations

from datetime import UTC, datetime

from runbook.document.definition import Json


def under_way(what: str, began: Json) -> str:
    """`what` with the moment it began, as Google tells it, or without where it tells none."""
    try:
        moment = datetime.fromisoformat(str(began)).astimezone(UTC)
    except ValueError:
        return what
    return f"{what} since {moment:%Y-%m-%d %H:%M:%S} UTC"


def refused_while(busy: str) -> str:
    """Why nothing is sent, or "" where Google is not busy."""
    if not busy:
        return ""
    return (
        f"Google is still busy with {busy}; nothing was sent. Wait until it is done, then plan "
        "again."
    )


def warned_of(busy: str) -> tuple[str, ...]:
    """What the plan says of it."""
    if not busy:
        return ()
    return (f"Google is still busy with {busy}. Nothing is sent before that is done.",)
