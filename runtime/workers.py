"""Threads for what waits: the data and the expression engine are synchronous.

A bounded pool that every room shares fairly. Work is handed out from the event loop, one room after
the other, and no room holds more than its share of the threads; so a room whose queries are slow
makes its own people wait and nobody else's. SPEC: section PV. Called by ``workspace`` and ``http``.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from runtime.errors import PreviewBusy
from runtime.limits import WORK_WAITING_PER_ROOM_MAX, WORKERS, WORKERS_PER_ROOM

__all__ = ["Workers"]

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Workers:
    """*threads* threads, of which one key gets at most *per_key*. Used from one event loop."""

    def __init__(self, threads: int = WORKERS, per_key: int = WORKERS_PER_ROOM) -> None:
        self._threads = threads
        self._per_key = per_key
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="preview")
        # In the order in which their turn comes.
        self._waiting: OrderedDict[Hashable, deque[_Job]] = OrderedDict()
        self._running: dict[Hashable, int] = {}
        self._busy = 0

    def stop(self) -> None:
        """Let what runs finish; what waits is cancelled."""
        for jobs in self._waiting.values():
            for _, future in jobs:
                future.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def run(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what *work* returns, called in a thread; ``PreviewBusy`` if too much waits.

        Work that has begun goes on when its caller is cancelled: a transaction is not torn.
        """
        jobs = self._waiting.get(key)
        if jobs is not None and len(jobs) >= WORK_WAITING_PER_ROOM_MAX:
            raise PreviewBusy("this preview has too much to do: try again in a moment")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if jobs is None and self._has_room(key):
            self._start(key, work, future)
        else:
            self._waiting.setdefault(key, deque()).append((work, future))
        return await future

    def _has_room(self, key: Hashable) -> bool:
        return self._busy < self._threads and self._running.get(key, 0) < self._per_key

    def _start(self, key: Hashable, work: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        self._busy += 1
        self._running[key] = self._running.get(key, 0) + 1
        loop = asyncio.get_running_loop()

        def perform() -> None:
            result, error = None, None
            try:
                result = work()
            except BaseException as caught:  # noqa: BLE001 It is raised where it is awaited.
                error = caught
            loop.call_soon_threadsafe(self._finish, key, future, result, error)

        self._pool.submit(perform)

    def _finish(
        self,
        key: Hashable,
        future: asyncio.Future[Any],
        result: Any,
        error: BaseException | None,
    ) -> None:
        self._busy -= 1
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]
        if not future.done():
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
        self._start_next()

    def _start_next(self) -> None:
        while (key := next(filter(self._has_room, self._waiting), None)) is not None:
            jobs = self._waiting[key]
            work, future = jobs.popleft()
            # Its next turn comes after everybody else's.
            self._waiting.move_to_end(key)
            if not jobs:
                del self._waiting[key]
            if not future.cancelled():
                self._start(key, work, future)
