"""A room full of editors and readers: every edit goes to everybody, and every delivery is counted.

Editors edit at their rate at random phases; what each client was sent is counted for itself, and
the run is only good if each was sent every edit of everybody else and a fresh client finds the
document that the last edits made.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtests.peers.contestants import Contestant, Running
from loadtests.peers.editors import Address, Editor, key_of

__all__ = ["Crowd", "Figures", "Work", "measure"]

WARM_UP_SECONDS = 2.0
DRAIN_SECONDS_MAX = 20.0
PROBES = 8
_JOINS_AT_ONCE = 20


@dataclass(frozen=True)
class Work:
    """*editors* make *rate* edits a second each; *readers* only look on."""

    letter: str
    editors: int
    readers: int
    rate: float

    def __str__(self) -> str:
        if self.readers:
            return f"{self.readers} readers, {self.editors} editors x {self.rate:g}/s"
        return f"{self.editors} clients x {self.rate:g}/s"


@dataclass
class Figures:
    """What one server did. Times are milliseconds, ``cpu_us`` is per delivery to another client.

    ``missing`` counts deliveries that never came; ``fault`` says what else was wrong.
    """

    edits: float = 0.0
    deliveries: float = 0.0
    cpu_us: float = 0.0
    cpu_share: float = 0.0
    load_share: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    ack_p50: float = 0.0
    ack_p99: float = 0.0
    memory_mb: float = 0.0
    missing: int = 0
    fault: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.fault and self.missing == 0


class Crowd:
    """The clients of one document: the first *editors* of them write."""

    def __init__(
        self, contestant: Contestant, address: Address, editors: int, readers: int
    ) -> None:
        self.contestant = contestant
        self.address = address
        count = editors + readers
        # Probes are spread over editors and readers.
        probes = {number * count // PROBES for number in range(PROBES)}
        self.clients: list[Editor] = [
            contestant.editor(address, number, is_probe=number in probes) for number in range(count)
        ]
        self.editors: Sequence[Editor] = self.clients[:editors]
        self._runs = 0

    async def gather(self) -> None:
        """Make the document, and let everybody in."""
        founder = self.contestant.editor(self.address, 9999, is_probe=False)
        await founder.join()
        await founder.found({key_of(editor.number): "" for editor in self.editors})
        await asyncio.sleep(0.3)
        for start in range(0, len(self.clients), _JOINS_AT_ONCE):
            group = self.clients[start : start + _JOINS_AT_ONCE]
            await asyncio.gather(*(client.join() for client in group))
        founder.close()

    def begin(self, rate: float) -> None:
        """Let the editors edit *rate* times a second each, until ``rest``."""
        self._runs += 1
        loop = asyncio.get_running_loop()
        for editor in self.editors:
            first = loop.time() + random.random() / rate
            loop.call_at(first, self._go_on, editor, first, 1 / rate, self._runs)

    def rest(self) -> None:
        """Nobody edits any more."""
        self._runs += 1

    def _go_on(self, editor: Editor, due: float, interval: float, run: int) -> None:
        if self._runs != run or editor.socket.lost:
            return
        editor.edit()
        loop = asyncio.get_running_loop()
        # What could not be made in time is not made up for: a person does not type faster then.
        following = max(due + interval, loop.time())
        loop.call_at(following, self._go_on, editor, following, interval, run)

    @property
    def sent(self) -> int:
        """How many edits were made."""
        return sum(editor.sent for editor in self.editors)

    @property
    def delivered(self) -> int:
        """How many edits came to another client than their author."""
        marks = sum(client.counter.marks for client in self.clients)
        echoes = sum(editor.sent for editor in self.editors) if self._is_echoed else 0
        return marks - echoes

    @property
    def _is_echoed(self) -> bool:
        return self.contestant.editor.is_echoed

    def missing_of(self, client: Editor) -> int:
        """Return how many deliveries *client* still lacks; negative if it had too many."""
        own = 0 if self._is_echoed else client.sent
        return self.sent - own - client.counter.marks

    async def drained(self) -> int:
        """Wait until everybody has everything; return how many deliveries are missing."""
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        while time.monotonic() < deadline:
            if all(self.missing_of(client) == 0 for client in self.clients):
                return 0
            await asyncio.sleep(0.05)
        return sum(abs(self.missing_of(client)) for client in self.clients)

    async def fault(self) -> str:
        """Return what is wrong with the document, as a fresh client is sent it."""
        lost = next((client.socket.lost for client in self.clients if client.socket.lost), None)
        if lost is not None:
            return lost
        if not self.contestant.has_documents:
            return ""
        reader = self.contestant.editor(self.address, 9998, is_probe=False)
        await reader.join()
        reader.close()
        wrong = [
            editor.number
            for editor in self.editors
            if reader.items.get(key_of(editor.number)) != editor.value
        ]
        return (
            f"the document differs in {len(wrong)} of {len(self.editors)} entries" if wrong else ""
        )

    def delays_ms(self) -> list[float]:
        """Return the delays of what probes were sent, sorted."""
        return sorted(delay / 1000 for client in self.clients for delay in client.counter.delays_us)

    def acks_ms(self) -> list[float]:
        """Return how long probes waited for confirmation, sorted."""
        return sorted(delay / 1000 for client in self.clients for delay in client.ack_delays_us)

    def forget(self) -> None:
        """Forget the delays so far."""
        for client in self.clients:
            client.counter.delays_us.clear()
            client.ack_delays_us.clear()

    def close(self) -> None:
        self.rest()
        for client in self.clients:
            client.close()


async def measure(
    contestant: Contestant, running: Running, work: Work, document: str, seconds: float
) -> Figures:
    """Return how *contestant* does *work* on a new document."""
    crowd = Crowd(
        contestant, contestant.address(running.port, document), work.editors, work.readers
    )
    try:
        await crowd.gather()
        crowd.begin(work.rate)
        await asyncio.sleep(WARM_UP_SECONDS)
        figures = await observe(crowd, running, seconds)
        crowd.rest()
        figures.missing = await crowd.drained()
        figures.fault = await crowd.fault()
        return figures
    finally:
        crowd.close()


async def observe(crowd: Crowd, running: Running, seconds: float) -> Figures:
    """Return what happens in *seconds*."""
    crowd.forget()
    begin, cpu, own = time.perf_counter(), running.cpu_seconds, time.process_time()
    sent, delivered = crowd.sent, crowd.delivered
    await asyncio.sleep(seconds)
    took = time.perf_counter() - begin
    cpu, own = running.cpu_seconds - cpu, time.process_time() - own
    deliveries = crowd.delivered - delivered
    delays, acks = crowd.delays_ms(), crowd.acks_ms()
    return Figures(
        edits=(crowd.sent - sent) / took,
        deliveries=deliveries / took,
        cpu_us=cpu / max(1, deliveries) * 1e6,
        cpu_share=cpu / took,
        load_share=own / took,
        p50=quantile(delays, 0.5),
        p99=quantile(delays, 0.99),
        ack_p50=quantile(acks, 0.5),
        ack_p99=quantile(acks, 0.99),
        memory_mb=running.memory_bytes / 1e6,
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that *share* of the sorted *values* lie below; infinite without values."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("inf")
