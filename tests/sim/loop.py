"""An event loop in virtual time, on which whole nodes can be paused and killed.

Nothing waits: when nothing is ready the time is that of the next timer. What runs belongs to the
node in whose context it was begun; a paused node's callbacks wait until it goes on, a dead one's
never run, as if its process were stopped or gone.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar, copy_context
from typing import Any

__all__ = ["NODE", "VirtualLoop"]

NODE: ContextVar[str] = ContextVar("node", default="")


class _Clockwork(selectors.BaseSelector):
    """Lets time pass instead of waiting for files, of which there are none."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing will ever happen any more"
        self.now_s += max(0.0, timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; ``pause``, ``resume`` and ``kill`` take the name of a node."""

    def __init__(self) -> None:
        self._clockwork = _Clockwork()
        super().__init__(self._clockwork)
        self._dead: set[str] = set()
        self._paused: dict[str, list[tuple[Callable[..., Any], tuple[Any, ...], Context]]] = {}

    def time(self) -> float:
        return self._clockwork.now_s

    def pause(self, node: str) -> None:
        self._paused.setdefault(node, [])

    def resume(self, node: str) -> None:
        for callback, args, context in self._paused.pop(node, []):
            self.call_soon(callback, *args, context=context)

    def kill(self, node: str) -> None:
        self._dead.add(node)
        self._paused.pop(node, None)

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> Any:
        context = copy_context() if context is None else context
        node = context.get(NODE, "")
        if node:
            return super().call_soon(self._guarded, node, callback, args, context, context=context)
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        context = copy_context() if context is None else context
        node = context.get(NODE, "")
        if node:
            return super().call_at(
                when, self._guarded, node, callback, args, context, context=context
            )
        return super().call_at(when, callback, *args, context=context)

    def _guarded(self, node: str, callback: Any, args: tuple[Any, ...], context: Context) -> None:
        if node in self._dead:
            return
        waiting = self._paused.get(node)
        if waiting is not None:
            waiting.append((callback, args, context))
        else:
            callback(*args)
