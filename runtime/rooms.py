"""The rooms that are followed: opened on demand, closed when nobody has watched for a while.

SPEC: section PV. Called by ``preview``.
"""

from __future__ import annotations

import asyncio
import time

from collab.errors import InvalidName
from collab.ids import RoomId, TenantId
from runtime.errors import PreviewBusy, PreviewNotFound
from runtime.feed import FeedState, RoomFeed
from runtime.limits import OPEN_TIMEOUT_S, ROOM_IDLE_S, ROOM_LOOK_S, ROOMS_MAX
from runtime.metrics import Metrics

__all__ = ["Rooms"]


class Rooms:
    """Feeds by room. ``start`` before use, ``stop`` at the end."""

    def __init__(self, server: str, token: str | None, metrics: Metrics) -> None:
        self._server = server
        self._token = token
        self._metrics = metrics
        self._feeds: dict[str, RoomFeed] = {}
        self._janitor: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._janitor = asyncio.create_task(self._look_after(), name="preview janitor")

    async def stop(self) -> None:
        if self._janitor is not None:
            self._janitor.cancel()
        feeds, self._feeds = self._feeds, {}
        await asyncio.gather(*(feed.stop() for feed in feeds.values()))

    async def open(self, name: str) -> RoomFeed:
        """Return the feed of room *name*, opening it if need be.

        Raises ``PreviewNotFound`` if there is no such room, ``PreviewBusy`` if too many are open.
        A room whose server is away for the moment is returned in the state ``waiting``.
        """
        try:
            RoomId.application(TenantId(""), name)
        except InvalidName as error:
            raise PreviewNotFound(error.message) from None
        feed = self._feeds.get(name)
        if feed is None:
            if len(self._feeds) >= ROOMS_MAX:
                raise PreviewBusy(f"{ROOMS_MAX} previews are open: try again in a minute")
            feed = RoomFeed(self._server, name, self._token, self._metrics)
            self._feeds[name] = feed
            self._metrics.rooms.set(len(self._feeds))
            feed.start()
        await feed.settle(OPEN_TIMEOUT_S)
        if feed.state is FeedState.MISSING:
            # It may be created later; the next request looks again.
            self._forget(feed)
            raise PreviewNotFound(f"there is no room {name!r}")
        return feed

    async def close_idle(self, now: float) -> None:
        """Close what nobody has watched since ``ROOM_IDLE_S`` before *now* (``monotonic``)."""
        for feed in list(self._feeds.values()):
            is_old = feed.is_idle and now - feed.idle_since >= ROOM_IDLE_S
            if is_old or feed.state is FeedState.MISSING:
                self._forget(feed)
                await feed.stop()

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(ROOM_LOOK_S)
            await self.close_idle(time.monotonic())

    def _forget(self, feed: RoomFeed) -> None:
        if self._feeds.get(feed.room) is feed:
            del self._feeds[feed.room]
            self._metrics.rooms.set(len(self._feeds))
