"""A paused reader: one of many stops reading while hundreds of megabytes are written.

Done also with everybody reading, what the paused reader costs stands apart from what the writing
costs. Then it reads again, and has to arrive at the same document: by what it is sent, or, if the
server has let it go, by coming back.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from loadtests.peers.contestants import Contestant, Running
from loadtests.peers.editors import Editor, key_of
from loadtests.peers.rooms import Crowd, quantile

__all__ = ["PauseFigures", "measure_pause"]

_VALUE_BYTES: Final = 64 << 10
_IN_FLIGHT: Final = 8
_CATCH_UP_SECONDS_MAX: Final = 30.0
_WRITE_SECONDS_MAX: Final = 30.0
_SAMPLE_SECONDS: Final = 0.05


@dataclass
class PauseFigures:
    """``grown_mb`` is the most that the server's memory grew by; ``returned`` how it ended."""

    grown_mb: float = 0.0
    p99: float = 0.0
    seconds: float = 0.0
    returned: str = ""
    fault: str = ""


class _Peak:
    """Watches the most memory that a server has had, until ``end``."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._most = 0
        self._look()

    def end(self) -> int:
        """Return the most, in bytes."""
        self._timer.cancel()
        return max(self._most, self._running.memory_bytes)

    def _look(self) -> None:
        self._most = max(self._most, self._running.memory_bytes)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_SAMPLE_SECONDS, self._look)


async def measure_pause(
    contestant: Contestant, running: Running, clients: int, megabytes: int, *, pauses: bool
) -> PauseFigures:
    """Write *megabytes* to a room of *clients*, of whom the last one pauses if *pauses*."""
    crowd = Crowd(contestant, contestant.address(running.port, "pause"), 1, clients - 1)
    figures = PauseFigures()
    try:
        await crowd.gather()
        for client in crowd.clients:
            # The slower servers take longer than one waits for a pong.
            client.socket.answers_pings = True
        paused = crowd.clients[-1]
        if pauses:
            paused.socket.pause()
        # What the first large edits allocate is not the paused reader's.
        await _write(crowd, 4 * _IN_FLIGHT, paused if pauses else None)
        crowd.forget()
        begin, memory = time.perf_counter(), running.memory_bytes
        peak = _Peak(running)
        count = (megabytes << 20) // _VALUE_BYTES
        figures.fault = await _write(crowd, count, paused if pauses else None)
        figures.seconds = time.perf_counter() - begin
        figures.grown_mb = (peak.end() - memory) / 1e6
        figures.p99 = quantile(crowd.delays_ms(), 0.99)
        if pauses and not figures.fault:
            figures.returned = await _comes_back(crowd, paused)
        return figures
    finally:
        crowd.close()


async def _write(crowd: Crowd, count: int, paused: Editor | None) -> str:
    """Make *count* large edits, as fast as those who read take them; return what went wrong."""
    writer = crowd.clients[0]
    writer.padding = "x" * _VALUE_BYTES
    readers = [client for client in crowd.clients[1:] if client is not paused]
    deadline, goal = time.monotonic() + _WRITE_SECONDS_MAX, writer.sent + count
    while writer.sent < goal or min(reader.counter.marks for reader in readers) < writer.sent:
        slowest = min(reader.counter.marks for reader in readers)
        if writer.sent < goal and writer.sent - slowest < _IN_FLIGHT:
            writer.edit()
        if time.monotonic() > deadline:
            return f"{slowest} of {goal} edits arrived in {_WRITE_SECONDS_MAX:.0f} s"
        lost = next((item.socket.lost for item in readers if item.socket.lost), None)
        if lost:
            return lost
        await asyncio.sleep(0.001)
    return ""


async def _comes_back(crowd: Crowd, paused: Editor) -> str:
    """Let *paused* read again; return how it arrived at the document, or raise."""
    writer, begin = crowd.clients[0], time.monotonic()
    expected = writer.value
    paused.seek(expected.encode()[:28])
    paused.socket.resume()
    while time.monotonic() - begin < _CATCH_UP_SECONDS_MAX:
        if paused.has_found:
            return f"caught up in {time.monotonic() - begin:.1f} s, {paused.counter.bytes >> 20} MB"
        if paused.socket.lost:
            again = crowd.contestant.editor(crowd.address, 9997, is_probe=False)
            await again.join()
            again.close()
            if again.items.get(key_of(0)) == expected:
                return f"let go ({paused.socket.lost[:40]}), came back"
        await asyncio.sleep(0.02)
    return "never arrived"
