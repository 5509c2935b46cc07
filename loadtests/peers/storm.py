"""A join storm: many clients open a large document at the same moment.

What counts is when each has the whole document. A client here takes it without making anything of
it, because the load generator's core would otherwise be what is measured. Meanwhile one editor goes
on editing, and a reader sees how long its edits take.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from loadtests.peers.contestants import Contestant, Running
from loadtests.peers.editors import Address, Editor, YjsEditor
from loadtests.peers.rooms import quantile
from loadtests.peers.sharedb_editor import ShareDbEditor

__all__ = ["StormFigures", "measure_storm"]

_VALUE: Final = "x" * 1000
_CHUNKS: Final = 50
_JOIN_SECONDS_MAX: Final = 60.0
_EDIT_SECONDS: Final = 0.1


@dataclass
class StormFigures:
    """Times are milliseconds; ``cpu_ms`` is per join, ``edit_p99`` that of edits meanwhile."""

    joins_per_second: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    cpu_ms: float = 0.0
    edit_p99: float = 0.0
    memory_mb: float = 0.0
    document_mb: float = 0.0
    fault: str = ""


async def measure_storm(
    contestant: Contestant, running: Running, joins: int, megabytes: int
) -> StormFigures:
    """Let *joins* clients open a document of *megabytes* at once."""
    address = contestant.address(running.port, "storm")
    writer, reader = await _document(contestant, address, megabytes)
    clients = [contestant.editor(address, 1000 + n, is_probe=False) for n in range(joins)]
    for client in clients:
        client.be_light()
    editing = asyncio.create_task(_edit(writer))
    await asyncio.sleep(1)
    reader.counter.delays_us.clear()
    memory, cpu, begin = running.memory_bytes, running.cpu_seconds, time.perf_counter()
    figures = StormFigures()
    try:
        times = sorted(await asyncio.gather(*(_join(client, begin) for client in clients)))
    except (ConnectionError, TimeoutError) as error:
        figures.fault = str(error) or "not everybody got in"
        return figures
    finally:
        editing.cancel()
        for client in (writer, reader, *clients):
            client.close()
    figures.joins_per_second = joins / times[-1]
    figures.p50, figures.p99 = quantile(times, 0.5) * 1e3, quantile(times, 0.99) * 1e3
    figures.cpu_ms = (running.cpu_seconds - cpu) / joins * 1e3
    figures.edit_p99 = quantile(sorted(reader.counter.delays_us), 0.99) / 1e3
    figures.memory_mb = (running.memory_bytes - memory) / 1e6
    figures.document_mb = min(client.document_bytes for client in clients) / 1e6
    if figures.document_mb < megabytes:
        figures.fault = f"only {figures.document_mb:.1f} MB came"
    return figures


async def _document(
    contestant: Contestant, address: Address, megabytes: int
) -> tuple[Editor, Editor]:
    """Make the document; return an editor of it and a reader."""
    founder = contestant.editor(address, 0, is_probe=False)
    assert isinstance(founder, YjsEditor | ShareDbEditor)
    await founder.join()
    await founder.found({"n0000": ""})
    count = megabytes * 1000 // _CHUNKS
    for chunk in range(_CHUNKS):
        founder.add({f"v{chunk:02d}-{n:04d}": _VALUE for n in range(count)})
        await asyncio.sleep(0.05)
    reader = contestant.editor(address, 1, is_probe=True)
    await reader.join()
    deadline = time.monotonic() + 60
    while len(reader.items) < _CHUNKS * count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the document was not taken: {founder.socket.lost}")
        reader.close()
        await asyncio.sleep(0.5)
        reader = contestant.editor(address, 1, is_probe=True)
        await reader.join()
    return founder, reader


async def _edit(writer: Editor) -> None:
    while True:
        writer.edit()
        await asyncio.sleep(_EDIT_SECONDS)


async def _join(client: Editor, begin: float) -> float:
    async with asyncio.timeout(_JOIN_SECONDS_MAX):
        await client.join()
    return time.perf_counter() - begin
