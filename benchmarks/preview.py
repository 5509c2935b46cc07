"""Benchmark of the preview: how long after an edit its feed delivers that revision.

Used by ``benchmarks.server``; alone: ``python -m benchmarks.preview``.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import uvloop

from benchmarks.clients import NativeClient
from benchmarks.history import captions_of, sample_path
from benchmarks.process import ServerProcess, machine_facts

__all__ = ["main", "measure_preview"]

EDITS = 100
PATIENCE_SECONDS = 10.0
_ROOM = "preview"
_TOKEN = re.compile(r'name="preview-token"\s+content="([^"]+)"')


async def measure_preview(folder: Path) -> None:
    """Edit a room that somebody previews, one edit after the other, and print the delays."""
    with ServerProcess(folder) as server:
        server.import_model(_ROOM, sample_path().read_bytes())
        page = await _page(server)
        token = _TOKEN.search(page)
        if token is None:
            print("\nPreview: the page carries no token; is web/dist built?")
            return
        address = f"{server.url}/preview/{_ROOM}/feed"
        async with (
            httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http,
            http.stream("GET", address, params={"token": token[1]}) as feed,
        ):
            feed.raise_for_status()
            times = await _edit_and_wait(server, _revisions(feed))
    times.sort()
    print(
        f"\nPreview: from sending an edit to its revision on the preview's feed ({EDITS} edits, "
        f"one at a time)\n"
        f"         p50 {times[len(times) // 2] * 1e3:.1f} ms   p99 {times[-2] * 1e3:.1f} ms"
    )


async def _page(server: ServerProcess) -> str:
    """Return the preview's page; its process starts beside the server and may take a moment."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return server.get(f"/preview/{_ROOM}/").text
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 502 or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _edit_and_wait(server: ServerProcess, revisions: AsyncIterator[int]) -> list[float]:
    caption = captions_of(server.get(f"/api/rooms/{_ROOM}/model").json()["model"])[0]
    client = NativeClient(server.port, _ROOM, caption)
    await client.join()
    answered = asyncio.Event()
    client.on_answer = answered.set
    async with asyncio.timeout(PATIENCE_SECONDS):
        await anext(revisions)
    times = []
    for _ in range(EDITS):
        wanted = client.revision + 1
        answered.clear()
        start = time.perf_counter()
        client.edit()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await anext(revisions) < wanted:
                pass
        times.append(time.perf_counter() - start)
        await answered.wait()
    client.close()
    return times


async def _revisions(feed: httpx.Response) -> AsyncIterator[int]:
    """Yield the revision of each ``model`` and ``revision`` event."""
    event = ""
    async for line in feed.aiter_lines():
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data" and event in {"model", "revision"}:
            yield orjson.loads(value)["revision"]


def main() -> None:
    print(f"Preview on {machine_facts()}")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure_preview(Path(folder)))


if __name__ == "__main__":
    main()
