"""What somebody tells of an alert, and whether it is news by the sender's own clock, which may be
wrong and whose messages may overtake each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import Alert, Environment

OLDEST = timedelta(days=30)
"""What says that it began longer ago than this has a wrong clock: it began when it was heard."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody tells of one alert. `columns` are those that telling again replaces. `began`,
    `ended` and `said_at` are by the sender's clock, which may be wrong."""

    key: str
    is_firing: bool
    columns: Mapping[str, object]
    environment: Environment | None
    began: datetime | None = None
    ended: datetime | None = None
    said_at: datetime | None = None

    def moment(self, now: datetime) -> datetime | None:
        """What it speaks of, by its sender's clock: of a sender that does not say when it said so,
        the beginning or the end. None for what cannot be believed."""
        own = self.began if self.is_firing else self.ended
        return believed(self.said_at or own, now)


def believed(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and now - OLDEST < moment < now else None


def is_bygone(said_at: datetime | None, now: datetime) -> bool:
    """It says itself, in words that its sender has signed, that it is older than what is remembered
    here of messages: somebody has kept it and sends it again."""
    return said_at is not None and said_at <= now - OLDEST


def is_old_news(said: Said, last: Alert, now: datetime) -> bool:
    """It was said before what is known already: that it recovered, or how it fires by now. Who took
    it for over by hand says nothing of what its sender tells afterwards."""
    said_at = believed(said.said_at, now)
    if said_at is None:
        return False
    if last.said_at is not None:
        return said_at < last.said_at
    return last.resolved_at is not None and said_at <= last.resolved_at


def is_of_an_earlier_firing(said: Said, last: Alert, now: datetime) -> bool:
    """It was over before what fires now began, and comes late."""
    ended = said.moment(now)
    return ended is not None and last.said_at is not None and ended < last.said_at


def newest_word(said: Said, last: Alert, now: datetime) -> datetime | None:
    return max(filter(None, (said.moment(now), last.said_at)), default=None)
