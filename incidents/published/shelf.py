"""The copies of one web process, and the task that keeps them new.

A page is made when it is first asked for, and again when the status page changes: a notice on
Redis says so, and while Redis is away a look at the database each second (`incidents.hub`). Time
alone changes pages too, so each is made again after `RENEW_SECONDS` at the latest, also in case a
notice was lost. A page that nobody has asked for in a while is let go.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

from channels.db import database_sync_to_async
from django.db.models import Sum

from incidents.hub import hub
from incidents.live import STATUS
from incidents.models import Incident, LedgerHead
from incidents.published.copies import Copy, NotMade, aged, make
from incidents.viewer import Viewer
from runbook.body_limit import App

logger = logging.getLogger(__name__)

RENEW_SECONDS = 15.0
RETRY_SECONDS = 5.0
PAUSE_SECONDS = 0.2
"""Several changes at once are made into pages once."""

FORGET_SECONDS = 600.0
KEEPER = "keeper of the status page"


class Shelf:
    """Everything here runs on one event loop; no locks but the one of making."""

    def __init__(self, pages: App) -> None:
        self._pages = pages
        self._copies: dict[str, Copy] = {}
        self._shown: dict[str, Copy] = {}
        self._asked: dict[str, float] = {}
        self._making = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None
        self._renewed_at = 0.0
        self.is_stale = False
        self.changed = asyncio.Event()

    @property
    def age(self) -> int:
        """Seconds since everything here was true."""
        return int(time.monotonic() - self._renewed_at)

    def get(self, path: str) -> Copy | None:
        """Without a moment's waiting; None when the page has to be made first."""
        self._asked[path] = time.monotonic()
        self._keep()
        return self._shown.get(path)

    async def fetch(self, path: str) -> Copy | None:
        """Made now if it is not there, once for all who wait for it. None when it cannot be."""
        self._asked[path] = time.monotonic()
        self._keep()
        async with self._making:
            if path not in self._shown:
                await self._make(path)
        return self._shown.get(path)

    async def close(self) -> None:
        """A page in the making is finished first: Django leaves its connection to the database open
        when a request is broken off."""
        if self._keeper is not None:
            async with self._making:
                self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    def _keep(self) -> None:
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep_new(), name=KEEPER)

    async def _make(self, path: str) -> bool:
        try:
            copy = await make(self._pages, path, before=self._copies.get(path))
        except NotMade as error:
            logger.warning("the status page stays as it was: %s", error)
            return False
        self._copies[path] = self._shown[path] = copy
        if not self.is_stale:
            self._renewed_at = time.monotonic()
        return True

    async def _keep_new(self) -> None:
        viewer = Viewer(name="")
        topic = hub.join(STATUS, viewer, version_of)
        this = asyncio.current_task()
        try:
            while this is not None and not this.cancelling():  # Django's handler may swallow it
                await self._wait(viewer)
                try:
                    await self._renew()
                except Exception:
                    logger.exception("the status page could not be renewed; trying again")
                    self._set_stale(is_stale=True)
        finally:
            await hub.leave(topic, viewer)

    async def _wait(self, viewer: Viewer) -> None:
        """Until something has changed, or for as long as pages may be old."""
        until = time.monotonic() + (RETRY_SECONDS if self.is_stale else RENEW_SECONDS)
        while (left := until - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(viewer.wake.wait(), left)
            except TimeoutError:
                return
            viewer.wake.clear()
            if set(viewer.take_panels()) - {"people"}:
                await asyncio.sleep(PAUSE_SECONDS)
                return

    async def _renew(self) -> None:
        async with self._making:
            before = {path: copy.etag for path, copy in self._shown.items()}
            self._forget()
            self._set_stale(is_stale=not await self._make_all())
            if before != {path: copy.etag for path, copy in self._shown.items()}:
                told, self.changed = self.changed, asyncio.Event()
                told.set()

    async def _make_all(self) -> bool:
        """The first that cannot be made says it of all."""
        for path in list(self._shown):
            if not await self._make(path):
                return False
        return True

    def _set_stale(self, *, is_stale: bool) -> None:
        self.is_stale = is_stale
        if is_stale:
            self._shown = {path: aged(copy) for path, copy in self._copies.items()}
        else:
            self._renewed_at = time.monotonic()

    def _forget(self) -> None:
        before = time.monotonic() - FORGET_SECONDS
        for path in [path for path in self._shown if self._asked.get(path, 0.0) < before]:
            del self._shown[path], self._copies[path]

    @property
    def etags(self) -> Mapping[str, str]:
        return {path: copy.etag for path, copy in self._shown.items()}


@database_sync_to_async
def version_of(_topic: str) -> int:
    """How many facts there are of all that the status page is made from: what changes it is
    written either on the timeline of a real incident or into the administration ledger."""
    real = Incident.objects.filter(is_drill=False)
    on_timelines = real.aggregate(count=Sum("timeline_count"))["count"] or 0
    return on_timelines + (LedgerHead.objects.aggregate(count=Sum("count"))["count"] or 0)
