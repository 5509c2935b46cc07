"""The feed of one room: follows its log from the revision it has, and tells its viewers.

The client resumes after a broken connection and gives every revision missed meanwhile; where it
cannot, it gives a new document, and the viewers get a new model. So a restart of the server, of
this process or of a browser loses nothing. SPEC: section PV. Called by ``rooms``, ``workspace`` and
``preview``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from enum import StrEnum
from typing import Any, Final

from collab import client
from collab.client import (
    Advanced,
    ConnectFailed,
    ConnectionChanged,
    Replaced,
    RoomClosed,
    RoomEvent,
)
from runtime.application import Application, compile_application
from runtime.deliveries import Deliveries, Delivery, has_same_parts
from runtime.errors import PreviewBusy
from runtime.interpreter import Interpreter, model_at
from runtime.limits import (
    CONNECT_TIMEOUT_S,
    HEARTBEAT_S,
    REFUSED_PAUSE_S,
    RETRY_MS,
    SERVICE_TOKEN_AGE_S,
    VIEWERS_PER_ROOM_MAX,
)
from runtime.metrics import Metrics
from runtime.viewer import Viewer, sse

__all__ = ["FeedState", "RoomFeed"]

_HEARTBEAT: Final = b": \n\n"
_PREAMBLE: Final = b"retry: %d\n\n" % RETRY_MS


class FeedState(StrEnum):
    """``live`` and ``waiting`` are told to viewers; ``missing`` is the end: there is no room."""

    LIVE = "live"
    WAITING = "waiting"
    MISSING = "missing"


class RoomFeed:
    """One room on *server*, followed from ``start`` to ``stop``.

    *token* gives what a new connection shows to the server; *adopt* is awaited before a revision
    with other data models, roles or workflows is shown.
    """

    def __init__(
        self,
        server: str,
        room: str,
        token: Callable[[], str | None],
        metrics: Metrics,
        adopt: Callable[[Application], Awaitable[None]],
    ) -> None:
        self.room = room
        self.state = FeedState.WAITING
        self.reason = "connecting"
        self.idle_since = time.monotonic()
        self._server = server
        self._token = token
        self._metrics = metrics
        self._interpreter: Interpreter | None = None
        self._application = Application()
        self._deliveries = Deliveries(adopt, self._show)
        self._shown: Delivery | None = None
        self._model: bytes | None = None
        self._viewers: set[Viewer] = set()
        self._decided = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._runner = asyncio.create_task(self._run(), name=f"feed {self.room}")

    async def stop(self) -> None:
        """Stop following; viewers that are still there get nothing more."""
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
        await self._deliveries.stop()

    async def settle(self, timeout_s: float) -> None:
        """Wait until the room is shown or known not to be there, at most *timeout_s*."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._decided.wait()
        except TimeoutError:
            return

    @property
    def shown(self) -> Delivery | None:
        """The newest revision that viewers see; None before the first."""
        return self._shown

    @property
    def is_idle(self) -> bool:
        return not self._viewers

    def check_space(self) -> None:
        """Raise ``PreviewBusy`` if the room has as many viewers as it may."""
        if len(self._viewers) >= VIEWERS_PER_ROOM_MAX:
            raise PreviewBusy(f"{VIEWERS_PER_ROOM_MAX} people watch this preview already")

    # --- viewers ------------------------------------------------------------------------------

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """Yield the server-sent events of one viewer, heartbeats among them, without an end."""
        viewer = Viewer()
        self._viewers.add(viewer)
        self._metrics.viewers.inc()
        try:
            yield _PREAMBLE + self._take(viewer)
            while self.state is not FeedState.MISSING:
                if not await viewer.wait(HEARTBEAT_S):
                    yield _HEARTBEAT
                elif content := self._take(viewer):
                    yield content
        finally:
            self._viewers.discard(viewer)
            self._metrics.viewers.dec()
            self.idle_since = time.monotonic()

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Send an event about data or runs to everybody who has the model already."""
        if self._viewers:
            self._push(sse(event, data))

    def _take(self, viewer: Viewer) -> bytes:
        if not viewer.wants_model:
            return viewer.take()
        state = sse("state", {"state": self.state, "reason": self.reason})
        if self._shown is None:
            return state
        was_behind, viewer.was_behind = viewer.was_behind, False
        viewer.wants_model = False
        self._metrics.models.inc()
        if self._model is None:
            # Encoded once for everybody who comes before the next revision.
            self._model = sse("model", model_at(self._shown.revision, self._shown.document))
        # Who was behind has missed events about data as well and has to look at all of it again.
        missed = sse("schema", {}) if was_behind else b""
        # A player takes a model for a sign of life, so what is wrong is said after it.
        return self._model + missed + state

    # --- the log ------------------------------------------------------------------------------

    async def _run(self) -> None:
        while self.state is not FeedState.MISSING:
            connecting_at = time.monotonic()
            try:
                await self._follow()
            except RoomClosed as error:
                if error.code == "not_found":
                    self._set_state(FeedState.MISSING, error.reason)
                    continue
                self._set_state(FeedState.WAITING, error.reason)
                # A connection made anew within the client shows the token of the first one, which
                # is too old by then; it costs nobody a pause.
                if time.monotonic() - connecting_at < SERVICE_TOKEN_AGE_S:
                    await asyncio.sleep(REFUSED_PAUSE_S)
            except ConnectFailed as error:
                self._set_state(FeedState.WAITING, error.message)

    async def _follow(self) -> None:
        connecting = client.connect(
            self._server, self.room, self._token(), timeout_s=CONNECT_TIMEOUT_S
        )
        async with connecting as room:

            def on_event(event: RoomEvent) -> None:
                match event:
                    case Advanced():
                        self._advance(event, room)
                    case Replaced():
                        self._replace(room)
                    case ConnectionChanged(is_connected=True):
                        self._set_live()
                    case ConnectionChanged():
                        self._set_state(FeedState.WAITING, event.reason or "the server is away")
                    case _:
                        return

            # Nothing is awaited between these three, so no revision falls between them.
            self._replace(room)
            room.listen(on_event)
            if room.is_connected:
                self._set_live()
            raise await room.wait_closed()

    def _advance(self, event: Advanced, room: client.Room) -> None:
        if self._interpreter is None:
            return
        revision, document = event.revision, room.document
        patch = self._interpreter.advance(revision, document)
        if patch is None:
            self._application = compile_application(document)
        else:
            self._application = self._application.after(document, patch.nodes)
        self._metrics.revisions.inc()
        self._deliveries.add(
            Delivery(revision.number, document, self._application, patch, revision.time_ms)
        )

    def _replace(self, room: client.Room) -> None:
        self._interpreter = Interpreter(room.revision, room.document)
        self._application = compile_application(room.document)
        self._deliveries.add(Delivery(room.revision, room.document, self._application))

    def _show(self, delivery: Delivery) -> None:
        before, self._shown = self._shown, delivery
        self._model = None
        if before is not None and not has_same_parts(before.application, delivery.application):
            # Before the patch: a column that it shows is looked for in the newer schema.
            self._push(sse("schema", {}))
        if delivery.patch is None:
            for viewer in self._viewers:
                viewer.renew()
        else:
            self._push(sse("revision", delivery.patch.to_json()))
        if delivery.time_ms is not None:
            self._metrics.latency.observe(max(0.0, time.time() - delivery.time_ms / 1000))
        self._decided.set()

    def _set_live(self) -> None:
        # The room is decided once it is shown, which a migration may hold up.
        self._change_state(FeedState.LIVE, "")

    def _set_state(self, state: FeedState, reason: str) -> None:
        self._decided.set()
        self._change_state(state, reason)

    def _change_state(self, state: FeedState, reason: str) -> None:
        if (self.state, self.reason) == (state, reason):
            return
        self.state, self.reason = state, reason
        self._push(sse("state", {"state": state, "reason": reason}))
        for viewer in self._viewers:
            viewer.wake()

    def _push(self, frame: bytes) -> None:
        for viewer in self._viewers:
            if not viewer.push(frame):
                self._metrics.overflows.inc()
