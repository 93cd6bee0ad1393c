"""What is sent to one receiver, and the one way in which sending it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Letter:
    """`id` is the same at every attempt, so that receivers can drop what arrives twice. `link` is
    a whole address or "". `thread` is shared by all letters about one incident, "" for none.
    `created_at` is when it was written, `at` when this attempt is made."""

    id: str
    kind: str
    subject: str
    body: str
    created_at: datetime
    at: datetime
    link: str = ""
    thread: str = ""
    urgent: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON whose shape belongs to `kind`

    @property
    def text(self) -> str:
        return f"{self.body}\n\n{self.link}" if self.link else self.body

    def with_last_line(self, line: str) -> Letter:
        return replace(self, body=f"{self.body}\n\n{line}")

    def with_data(self, **data: object) -> Letter:
        return replace(self, data={**self.data, **data})


class NotDelivered(Exception):
    """`sentence` says why, with no address or secret in it. `is_final` when another attempt cannot
    help; `wait` is how many seconds the receiver asked to be left alone, None when it did not say.
    `is_gone` when the receiver says that it never wants anything again."""

    def __init__(
        self,
        sentence: str,
        *,
        is_final: bool = False,
        wait: float | None = None,
        is_gone: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final or is_gone
        self.wait = wait
        self.is_gone = is_gone
