"""A server without documents: what arrives goes to everybody. ``python bare.py PORT``.

The floor for a server in Python: uvloop, a frame encoded once for all, and one write for each
client and turn of the loop. It checks nothing and keeps nothing.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

__all__ = ["main"]

_clients: set[_Client] = set()
_frames: list[bytes] = []


class _Client(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.protocol = ServerProtocol(max_size=1 << 24)

    def data_received(self, data: bytes) -> None:
        protocol = self.protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
                _clients.add(self)
            elif isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                _spread(event)
        for chunk in protocol.data_to_send():
            if chunk:
                self.transport.write(chunk)

    def connection_lost(self, exc: Exception | None) -> None:
        _clients.discard(self)


def _spread(frame: Frame) -> None:
    if not _frames:
        asyncio.get_running_loop().call_soon(_flush)
    _frames.append(Frame(Opcode.BINARY, bytes(frame.data)).serialize(mask=False))


def _flush() -> None:
    joined = b"".join(_frames)
    _frames.clear()
    for client in _clients:
        client.transport.write(joined)


async def main(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(_Client, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
