"""The rooms that are followed: opened on demand, closed when nobody has used one for a while.

A room is a name within a tenant: two tenants' rooms of one name share nothing. SPEC: section PV.
Called by ``http`` and ``preview``, and by workflows from their threads.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from collab.errors import InvalidName
from collab.ids import RoomId, TenantId
from runtime.data.room import RoomData
from runtime.errors import PreviewBusy, PreviewNotFound
from runtime.expressions.checking import Checking
from runtime.feed import FeedState, RoomFeed
from runtime.limits import (
    OPEN_TIMEOUT_S,
    ROOM_IDLE_S,
    ROOM_LOOK_S,
    ROOMS_MAX,
    ROOMS_PER_TENANT_MAX,
)
from runtime.metrics import Metrics
from runtime.service_token import ServiceTokens
from runtime.tenants import Tenants
from runtime.workers import Workers
from runtime.workspace import Attached, Workspace

__all__ = ["Rooms"]


class Rooms:
    """Workspaces by tenant and room. ``start`` before use, ``stop`` at the end."""

    def __init__(
        self,
        server: str,
        tokens: ServiceTokens | None,
        tenants: Tenants,
        workers: Workers,
        metrics: Metrics,
        checking: Checking | None = None,
    ) -> None:
        self._server = server
        self._tokens = tokens
        self._tenants = tenants
        self._workers = workers
        self._metrics = metrics
        self._checking = checking
        self._workflows: Attached | None = None
        self._open: dict[tuple[str, str], Workspace] = {}
        self._janitor: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, workflows: Attached | None = None) -> None:
        """Begin; *workflows* look after every room that is open."""
        self._workflows = workflows
        self._loop = asyncio.get_running_loop()
        self._janitor = asyncio.create_task(self._look_after(), name="preview janitor")

    async def stop(self) -> None:
        if self._janitor is not None:
            self._janitor.cancel()
        spaces, self._open = self._open, {}
        await asyncio.gather(*(space.stop() for space in spaces.values()))

    async def open(
        self, tenant: str, name: str, *, patience_s: float = OPEN_TIMEOUT_S
    ) -> Workspace:
        """Return the room *name* of *tenant*, opening it if need be, within *patience_s*.

        Raises ``PreviewNotFound`` if there is no such room, ``PreviewBusy`` if too many are open.
        A room whose server is away for the moment is returned in the state ``waiting``.
        """
        space = self._open.get((tenant, name))
        if space is None:
            space = self._begin(tenant, name)
        space.used_at = time.monotonic()
        if space.feed.shown is None:
            await space.feed.settle(patience_s)
        if space.feed.state is FeedState.MISSING:
            # It may be created later; the next request looks again.
            self._forget(space)
            raise PreviewNotFound(f"there is no room {name!r}")
        return space

    def open_from_thread(self, tenant: str, name: str) -> RoomData:
        """Return the data of a room, from any thread but the event loop's; raises as ``open``.

        Raises ``PreviewBusy`` (``preview_waiting``) too, while there is no data yet.
        """
        assert self._loop is not None
        space = asyncio.run_coroutine_threadsafe(self.open(tenant, name), self._loop).result()
        return space.data

    def tell(self, tenant: str, name: str, event: str, data: dict[str, Any]) -> None:
        """Send an event to the viewers of a room, if there are any."""
        space = self._open.get((tenant, name))
        if space is not None:
            space.feed.tell(event, data)

    async def close_idle(self, now: float) -> None:
        """Close what nobody has used since ``ROOM_IDLE_S`` before *now* (``monotonic``)."""
        for space in list(self._open.values()):
            used_at = max(space.used_at, space.feed.idle_since)
            is_old = space.feed.is_idle and now - used_at >= ROOM_IDLE_S
            if is_old or space.feed.state is FeedState.MISSING:
                self._forget(space)
                await space.stop()

    def _begin(self, tenant: str, name: str) -> Workspace:
        try:
            RoomId.application(TenantId(tenant), name)
        except InvalidName as error:
            raise PreviewNotFound(error.message) from None
        if len(self._open) >= ROOMS_MAX:
            raise PreviewBusy(f"{ROOMS_MAX} previews are open: try again in a minute")
        if sum(opened == tenant for opened, _ in self._open) >= ROOMS_PER_TENANT_MAX:
            raise PreviewBusy(f"{ROOMS_PER_TENANT_MAX} previews are open: try again in a minute")
        space = Workspace(
            tenant,
            name,
            self._tenants,
            self._workers,
            self._follow,
            self._metrics,
            self._workflows,
            self._checking,
        )
        self._open[tenant, name] = space
        self._metrics.rooms.set(len(self._open))
        space.feed.start()
        return space

    def _follow(self, space: Workspace) -> RoomFeed:
        tokens = self._tokens

        def token() -> str | None:
            return None if tokens is None else tokens.mint(space.tenant, space.name)

        return RoomFeed(self._server, space.name, token, self._metrics, space.adopt)

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(ROOM_LOOK_S)
            await self.close_idle(time.monotonic())

    def _forget(self, space: Workspace) -> None:
        if self._open.get((space.tenant, space.name)) is space:
            del self._open[space.tenant, space.name]
            self._metrics.rooms.set(len(self._open))
