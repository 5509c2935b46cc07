"""The load generator's own WebSocket client."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.server import ServerConnection, serve

from loadtests.wire import BINARY, LoadSocket


@pytest.mark.parametrize("payload", [b"", b"\x00\x89\x04\xff"], ids=["empty", "four bytes"])
async def test_pings_are_answered_while_bytes_are_counted(payload: bytes) -> None:
    """[LT5] else a server that pings would cut off whoever listens for long."""
    answered = asyncio.Event()

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send("größe 😀".encode())
        await (await connection.ping(payload))
        answered.set()
        await connection.wait_closed()

    async with serve(handle, "127.0.0.1", 0, ping_interval=None, compression=None) as server:
        socket, received = LoadSocket(BINARY, lambda _: None), bytearray()
        await socket.connect(server.sockets[0].getsockname()[1], "/")
        socket.answers_pings = True
        socket.stream = received.extend
        socket.send(b"ready")
        await asyncio.wait_for(answered.wait(), 5)
        socket.close()
    assert "größe 😀".encode() in received
