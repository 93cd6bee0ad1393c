"""One open page, as the hub sees it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Viewer:
    """What one open page still has to be told.

    `follows` maps a run to the last line sent; runs in `behind` must be read from the database
    before the ring may be trusted to be complete.
    """

    name: str
    person: int | None = None
    panels: set[str] = field(default_factory=set)
    follows: dict[int, int] = field(default_factory=dict)
    behind: set[int] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    is_live: bool = True
    has_news_of_source: bool = False

    def take_panels(self) -> list[str]:
        taken = sorted(self.panels)
        self.panels.clear()
        return taken
