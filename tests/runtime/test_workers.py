"""Threads that rooms share."""

from __future__ import annotations

import asyncio
import threading

import pytest

from runtime import workers as workers_module
from runtime.errors import PreviewBusy
from runtime.workers import Workers


class Gate:
    """Work that waits until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self._end = threading.Event()

    def work(self) -> str:
        self.begun.set()
        assert self._end.wait(10)
        return "größe"

    def open(self) -> None:
        self._end.set()


async def test_result_and_error() -> None:
    """[PV17] Work gives its result or its error to who asked."""
    workers = Workers(2, 2)
    assert await workers.run("a", lambda: "😀") == "😀"
    with pytest.raises(ZeroDivisionError):
        await workers.run("a", lambda: 1 / 0)
    workers.stop()


async def test_one_room_leaves_threads_for_others() -> None:
    """[PV17] A room whose work does not end makes nobody else wait."""
    workers = Workers(3, 2)
    gates = [Gate() for _ in range(4)]
    slow = [asyncio.create_task(workers.run("slow", gate.work)) for gate in gates]
    await asyncio.to_thread(gates[1].begun.wait, 10)
    assert await workers.run("quick", lambda: threading.current_thread().name) != ""
    assert not gates[2].begun.is_set()
    for gate in gates:
        gate.open()
    assert await asyncio.gather(*slow) == ["größe"] * 4
    workers.stop()


async def test_rooms_take_turns() -> None:
    """[PV17] What waits is begun room by room, and within a room in order."""
    workers = Workers(1, 1)
    gate = Gate()
    first = asyncio.create_task(workers.run("x", gate.work))
    await asyncio.to_thread(gate.begun.wait, 10)
    order: list[str] = []
    names = ["a1", "a2", "a3", "b1", "c1"]
    tasks = [
        asyncio.create_task(workers.run(name[0], lambda name=name: order.append(name)))
        for name in names
    ]
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(first, *tasks)
    assert order == ["a1", "b1", "c1", "a2", "a3"]
    workers.stop()


async def test_waiting_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PV17] Past the bound a room is told to come later, and only that room."""
    monkeypatch.setattr(workers_module, "WORK_WAITING_PER_ROOM_MAX", 2)
    workers = Workers(1, 1)
    gate = Gate()
    tasks = [asyncio.create_task(workers.run("a", gate.work)) for _ in range(3)]
    await asyncio.to_thread(gate.begun.wait, 10)
    with pytest.raises(PreviewBusy):
        await workers.run("a", gate.work)
    other = asyncio.create_task(workers.run("b", lambda: "ß"))
    gate.open()
    await asyncio.gather(*tasks)
    assert await other == "ß"
    workers.stop()


async def test_caller_gone() -> None:
    """[PV17] Who does not wait any longer costs no thread, and what has begun goes on."""
    workers = Workers(1, 1)
    gate, done = Gate(), threading.Event()
    begun = asyncio.create_task(workers.run("a", gate.work))
    waiting = asyncio.create_task(workers.run("a", done.set))
    await asyncio.to_thread(gate.begun.wait, 10)
    begun.cancel()
    waiting.cancel()
    await asyncio.gather(begun, waiting, return_exceptions=True)
    gate.open()
    assert await workers.run("a", lambda: "next") == "next"
    assert not done.is_set()
    workers.stop()
