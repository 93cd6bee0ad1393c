"""What a message of any monitoring system says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


class Malformed(Exception):
    """The message cannot be read; the text is a whole sentence that names what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert as its sender tells of it.

    `key` tells this condition from others of the same sender, whenever it is told again. `labels`
    are the sender's, as text. `severity` is what rules are matched against and pages show, read
    from the sender's own words where it has any. `said_at` is when a sender said it that may
    deliver late and out of order, by its own clock; None for one whose last word is the newest.
    """

    key: str
    is_firing: bool
    title: str
    summary: str = ""
    severity: Literal["critical", "warning"] = "warning"
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """`group` is the sender's own key for alerts that belong together, "" where it has none. A
    test asks for nothing. `notes` are sentences about what was passed over."""

    alerts: tuple[Told, ...]
    group: str = ""
    is_test: bool = False
    notes: tuple[str, ...] = ()
