"""What changed lately in one topic: a page is made a moment before it listens."""

from __future__ import annotations

import json
import math
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from redis.asyncio import Redis

MOST = 200
LONGEST_LOAD = 10.0
"""So many seconds are read again when a reader begins, for pages that are loading."""


@dataclass(frozen=True, slots=True)
class Notice:
    """These panels changed, and the bells of these people rang, `at` so many seconds of a clock
    that never goes back."""

    at: float
    panels: frozenset[str] = frozenset()
    people: frozenset[int | None] = frozenset()


class Recent:
    """The newest notices. Of what was before `begin` nothing is known."""

    def __init__(self) -> None:
        self._notices: deque[Notice] = deque(maxlen=MOST)
        self._known_from = math.inf

    def begin(self, at: float) -> None:
        """All notices from then on are going to be added."""
        self._notices.clear()
        self._known_from = at

    def add(self, notice: Notice) -> None:
        if len(self._notices) == MOST:
            self._known_from = math.nextafter(self._notices[0].at, math.inf)
        self._notices.append(notice)

    def since(self, at: float) -> list[Notice] | None:
        """None when that reaches further back than what is known."""
        if at < self._known_from:
            return None
        return [one for one in self._notices if one.at >= at]


def notice_of(fields: Mapping[str, str], *, at: float) -> Notice:
    """An entry of the stream that holds no lines."""
    panels, people = (json.loads(fields.get(name, "[]")) for name in ("panels", "people"))
    return Notice(at, frozenset(panels), frozenset(people))


async def read_again(client: Redis, key: str, recent: Recent) -> str:
    """Take the notices of the last seconds from the stream; after which entry to read on. Their ids
    are moments of Redis's own clock."""
    seconds, micros = await client.time()
    newest, now = seconds * 1000 + micros // 1000, time.monotonic()
    begin = newest - int(LONGEST_LOAD * 1000)
    entries = await client.xrevrange(key, min=str(begin), count=MOST)
    moments = [now - (newest - int(pk.partition("-")[0])) / 1000 for pk, _ in entries]
    recent.begin(now - LONGEST_LOAD if len(entries) < MOST else moments[-1])
    for (_, fields), at in zip(reversed(entries), reversed(moments), strict=True):
        with suppress(ValueError, TypeError):  # one that is not ours has been logged, and goes by
            if "lines" not in fields:
                recent.add(notice_of(fields, at=at))
    return str(entries[0][0]) if entries else str(begin)
