"""The way to the preview process, against a server that answers by script."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from collab.api import upstream
from collab.api.upstream import Upstream, UpstreamAway

_SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Name: gr\xc3\xb6\r\n\r\nein"


class _Script:
    """Answers each request with what was set, byte by byte as it is."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.connections = 0
        self.heads: list[bytes] = []
        self.closes = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self.answer)
                await writer.drain()
                if self.closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


@asynccontextmanager
async def _between(answer: bytes) -> AsyncIterator[tuple[Upstream, _Script]]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "größe.sock"
        script = _Script(answer)
        server = await asyncio.start_unix_server(script.serve, str(path))
        way = Upstream(path)
        try:
            async with asyncio.timeout(20):
                yield way, script
        finally:
            way.close()
            server.close()
            await server.wait_closed()


async def _get(way: Upstream, method: bytes = b"GET") -> tuple[int, bytes]:
    answer = await way.send(method, b"/preview/r/", [(b"host", b"x")], None)
    try:
        return answer.status, b"".join([chunk async for chunk in answer.chunks()])
    finally:
        answer.close()


async def test_connections_are_used_again() -> None:
    """[PX10] requests one after the other share a connection, at once they have one each."""
    async with _between(_SHORT) as (way, script):
        for _ in range(5):
            assert await _get(way) == (200, b"ein")
        assert script.connections == 1
        await asyncio.gather(*(_get(way) for _ in range(4)))
        assert script.connections == 4
        await asyncio.gather(*(_get(way) for _ in range(4)))
        assert script.connections == 4


async def test_what_nobody_read_reaches_nobody() -> None:
    """[PX17] an answer that its browser left unread is no part of another's answer."""
    async with _between(_SHORT) as (way, script):
        left = await way.send(b"GET", b"/preview/r/", [(b"host", b"x")], None)
        left.close()
        script.answer = _SHORT.replace(b"ein", "é!".encode())
        assert await _get(way) == (200, "é!".encode())
        assert script.connections == 2


async def test_connections_are_not_kept_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PX10] an idle connection is left before the process could close it under a request."""
    async with _between(_SHORT) as (way, script):
        await _get(way)
        monkeypatch.setattr(upstream, "_IDLE_S", -1.0)
        assert await _get(way) == (200, b"ein")
        assert script.connections == 2


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nein", b"GET"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nein", b"GET"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"HEAD"),
    ],
    ids=["close", "old", "head"],
)
async def test_connections_that_end(answer: bytes, method: bytes) -> None:
    """[PX10] a connection that its answer ends is not used again."""
    async with _between(answer) as (way, script):
        expected = b"" if method == b"HEAD" else b"ein"
        assert await _get(way, method) == (200, expected)
        assert await _get(way, method) == (200, expected)
        assert script.connections == 2


async def test_interim_answers() -> None:
    """[PX10] an answer that only says wait is not the answer."""
    interim = b"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
    async with _between(interim + _SHORT) as (way, _):
        answer = await way.send(b"GET", b"/", [], None)
        assert (answer.status, dict(answer.headers)) == (
            200,
            {b"content-length": b"3", b"x-name": b"gr\xc3\xb6"},
        )
        assert [chunk async for chunk in answer.chunks()] == [b"ein"]
        answer.close()
        answer.close()


async def test_answers_without_a_body() -> None:
    """[PX10] an answer that has no body by its status ends with its head."""
    async with _between(b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n') as (way, script):
        assert await _get(way) == (304, b"")
        assert await _get(way) == (304, b"")
        assert script.connections == 1


@pytest.mark.parametrize(
    "answer",
    [b"g\xc3\xb6ttlich\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 2"],
)
async def test_nonsense(answer: bytes) -> None:
    """[PX10] what is no HTTP, or ends before its head, is a process that is away."""
    async with _between(answer) as (way, script):
        script.closes = True
        with pytest.raises(UpstreamAway) as away:
            await _get(way)
        assert not away.value.is_untouched


async def test_cut_off() -> None:
    """[PX10] an answer that is shorter than it said is cut off, after what came."""
    async with _between(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nein") as (way, script):
        script.closes = True
        answer = await way.send(b"GET", b"/", [], None)
        chunks = answer.chunks()
        assert await anext(chunks) == b"ein"
        with pytest.raises(UpstreamAway):
            await anext(chunks)
        answer.close()


async def test_nobody_is_there() -> None:
    """[PX10] where nothing listens, the process has seen nothing of the request."""
    way = Upstream(Path("/nonexistent/größe.sock"))
    with pytest.raises(UpstreamAway) as away:
        await _get(way)
    assert away.value.is_untouched
