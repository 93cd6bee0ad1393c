"""How workers and pages tell the web processes that something is new.

One Redis stream per incident carries output lines and "this panel changed" notices in one order;
one more carries notices for the pages that show many incidents. The stream is the fast path only:
rows are written first and are complete, so a lost entry costs a moment and never a fact. Redis
being away is logged and never stops the caller.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

NOW = "now"
STATUS = "status"
"""The topic, and the panel, of what strangers read."""

HEALTH = "health"
"""The panel of all environments' health; with an environment's id behind it, that of one."""

ACCESS = "access"
"""No panel: pages that hear it ask again whether they may go on."""

ENTRIES_KEPT = 500
SECONDS_KEPT = 24 * 3600

_client = redis.Redis.from_url(
    settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2, decode_responses=True
)


def topic_of(incident_id: int) -> str:
    return f"incident-{incident_id}"


def stream_of(topic: str) -> str:
    return f"live:{topic}"


def changed(incident_id: int, panels: Sequence[str]) -> None:
    """On commit, tell everybody who watches the incident which panels are new."""
    unique = list(dict.fromkeys(panels))

    def publish() -> None:
        shared = [name for name in unique if name in ("approvals", "incidents")]
        _append(
            {
                topic_of(incident_id): {"panels": json.dumps(unique)},
                NOW: {"panels": json.dumps([topic_of(incident_id), *shared])},
            }
        )

    transaction.on_commit(publish, robust=True)


def health_changed(environment_id: int) -> None:
    """On commit, have every page that shows the health of this environment look again: a check was
    asked for, started or ended, or an alert of it came or went."""
    notice = {"panels": json.dumps([HEALTH, f"{HEALTH}-{environment_id}"])}
    transaction.on_commit(lambda: _append({NOW: notice}), robust=True)


def notices_changed(person_ids: Sequence[int]) -> None:
    """On commit, have the bell of these people look again, on whatever live page they are."""
    notice = {"people": json.dumps(sorted(set(person_ids)))}
    if person_ids:
        transaction.on_commit(lambda: _append({NOW: notice}), robust=True)


def status_changed() -> None:
    """On commit, have every web process make the status page again."""
    notice = {"panels": json.dumps([STATUS])}
    transaction.on_commit(lambda: _append({STATUS: notice, NOW: notice}), robust=True)


def access_changed(incident_ids: Sequence[int]) -> None:
    """On commit, have the open pages of these incidents, and those that show many, ask at once
    whether session and role still stand. They ask by themselves each minute anyway."""
    topics = [NOW, *map(topic_of, incident_ids)]
    notice = {"panels": json.dumps([ACCESS])}
    transaction.on_commit(lambda: _append(dict.fromkeys(topics, notice)), robust=True)


def append_lines(*, incident_id: int, run_id: int, first: int, lines: Sequence[str]) -> None:
    """Send output that has just been stored. `first` numbers the first of `lines`."""
    entry = {"run": str(run_id), "first": str(first), "lines": json.dumps(list(lines))}
    _append({topic_of(incident_id): entry})


def _append(entries: Mapping[str, Mapping[str, str]]) -> None:
    """One entry for each topic, in one exchange with Redis."""
    try:
        with _client.pipeline(transaction=False) as pipe:
            for topic, fields in entries.items():
                key = stream_of(topic)
                pipe.xadd(key, fields, maxlen=ENTRIES_KEPT, approximate=True)  # type: ignore[arg-type]  # redis-py's dict is invariant
                pipe.expire(key, SECONDS_KEPT)
            pipe.execute()
    except (redis.RedisError, OSError) as error:
        logger.warning("live updates are delayed, Redis does not answer: %s", error)
