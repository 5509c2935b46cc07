"""The WebSocket protocol: messages that came whole are read without the library, and nothing else.

Whatever arrives, however it is cut, the application is told what uvicorn's own protocol tells it.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Close, Frame, Opcode

from collab.api.frame_cutter import FrameCutter
from collab.api.socket_protocol import SocketProtocol

_SIZE_MAX = 70_000
_REQUEST = (
    b"GET /x HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class _Transport(asyncio.Transport):
    """Keeps what is written, but for the answer to the handshake, which bears the date."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_reading_now = True
        self._is_closing = False

    def write(self, data: Any) -> None:
        if not data.startswith(b"HTTP"):
            self.written += data

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    def pause_reading(self) -> None:
        self.is_reading_now = False

    def resume_reading(self) -> None:
        self.is_reading_now = True


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


async def _connect(kind: type[WebSocketsSansIOProtocol]) -> tuple[Any, _Transport]:
    config = uvicorn.Config(
        _app,
        ws_max_size=_SIZE_MAX,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_config=None,
    )
    config.load()
    protocol = kind(config, ServerState(), {})
    transport = _Transport()
    protocol.connection_made(transport)
    protocol.data_received(_REQUEST)
    while not protocol.handshake_complete:
        await asyncio.sleep(0)
    return protocol, transport


async def _told(
    kind: type[WebSocketsSansIOProtocol], parts: list[bytes]
) -> tuple[list[Any], bytes, bool]:
    """Return the application's events, what was answered, and whether the connection is over."""
    protocol, transport = await _connect(kind)
    for part in parts:
        if transport.is_closing():
            break
        protocol.data_received(part)
    events = [protocol.queue.get_nowait() for _ in range(protocol.queue.qsize())]
    for task in list(protocol.tasks):
        task.cancel()
    return events, transport.written, transport.is_closing()


def _frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def _some_frames(rng: random.Random) -> list[bytes]:
    """Return frames as a client may send them: mostly whole messages, and now and then nonsense."""
    frames: list[bytes] = []
    for _ in range(rng.randint(1, 12)):
        size = rng.choice([0, 1, 125, 126, 127, 300, 65_535, 65_536])
        kind = rng.randrange(9)
        if kind <= 2:
            frames.append(_frame(Opcode.BINARY, rng.randbytes(size)))
        elif kind <= 4:
            frames.append(_frame(Opcode.TEXT, ("ä€😀x" * size).encode()[: size // 11 * 11]))
        elif kind == 5:
            frames.append(_frame(Opcode.PING, rng.randbytes(min(size, 125))))
        elif kind == 6:
            opcode = rng.choice([Opcode.TEXT, Opcode.BINARY])
            frames.append(_frame(opcode, b"f" * (size % 1000), fin=False))
            if rng.random() < 0.5:
                frames.append(_frame(Opcode.PING, b"between"))
            if rng.random() < 0.9:
                frames.append(_frame(Opcode.CONT, b"g" * (size % 1000)))
        elif kind == 7:
            frames.append(_frame(Opcode.BINARY, b"after"))
        elif rng.random() < 0.3:
            frames.append(_wrong(rng))
    return frames


def _wrong(rng: random.Random) -> bytes:
    binary = bytearray(_frame(Opcode.BINARY, b"0123456789"))
    match rng.randrange(7):
        case 0:
            return Frame(Opcode.BINARY, b"not masked").serialize(mask=False)
        case 1:
            binary[0] |= rng.choice([0x10, 0x20, 0x40])
        case 2:
            binary[0] = 0x80 | rng.choice([3, 7, 11, 15])
        case 3:
            return _frame(Opcode.BINARY, b"x" * (_SIZE_MAX + 1))
        case 4:
            return _frame(Opcode.TEXT, b"cut: \xe2\x82")
        case 5:
            return _frame(Opcode.CLOSE, Close(1000, "gone").serialize())
        case _:
            return _frame(Opcode.CONT, b"of nothing")
    return bytes(binary)


@pytest.mark.parametrize("seed", range(60))
async def test_equals_the_library(seed: int) -> None:
    """[CN7] However frames are cut and whatever is wrong, the application is told the same."""
    rng = random.Random(seed)
    frames = _some_frames(rng)
    stream, parts = b"".join(frames), list[bytes]()
    while stream:
        size = rng.choice([1, 2, 3, 7, 14, 100, 5_000, 100_000])
        parts.append(stream[:size])
        stream = stream[size:]
    ours = await _told(SocketProtocol, parts)
    # Frame by frame: the library forgets what came in one piece with something wrong.
    assert ours == await _told(WebSocketsSansIOProtocol, frames), f"seed {seed}"


def test_whole_messages_are_cut_out() -> None:
    """[CN7] What is there from its first byte to its last is read where it lies."""
    frames = [
        _frame(Opcode.BINARY, b"one"),
        _frame(Opcode.PING, b"two"),
        _frame(Opcode.TEXT, "dréi".encode()),
        _frame(Opcode.BINARY, b"4" * 300),
    ]
    cutter = FrameCutter()
    whole = cutter.cut(b"".join(frames) + frames[0][:4])
    assert [(piece.raw, piece.head_bytes) for piece in whole] == [
        (frames[0], 6),
        (frames[1], 0),
        (frames[2], 6),
        (frames[3], 8),
    ]
    assert [piece.payload for piece in whole if piece.head_bytes] == [
        b"one",
        "dréi".encode(),
        b"4" * 300,
    ]
    # Its head was cut, and the rest of it comes at once.
    assert [piece.head_bytes for piece in cutter.cut(frames[0][4:] + frames[3][:100])] == [6, 0]
    # The library has begun with it, so the library gets all of it, and no more.
    last = cutter.cut(frames[3][100:] + frames[0])
    assert [(piece.raw, piece.head_bytes) for piece in last] == [
        (frames[3][100:], 0),
        (frames[0], 6),
    ]


async def test_taker_is_handed_messages_until_some_wait() -> None:
    """[CN8] A message is taken in the call in which it came, unless an older one waits."""
    protocol, transport = await _connect(SocketProtocol)
    taken: list[bytes] = []

    def take(payload: bytes, is_text: bool) -> dict[str, Any] | None:
        taken.append(payload)
        return {"type": "websocket.receive", "left": payload} if payload == b"later" else None

    protocol.taker = take
    parts = [b"now", b"later", b"behind it"]
    protocol.data_received(b"".join(_frame(Opcode.BINARY, part) for part in parts))
    assert taken == [b"now", b"later"]
    assert [protocol.queue.get_nowait() for _ in range(2)] == [
        {"type": "websocket.receive", "left": b"later"},
        {"type": "websocket.receive", "bytes": b"behind it"},
    ]
    protocol.data_received(_frame(Opcode.BINARY, b"again"))
    assert taken[-1] == b"again"
    assert transport.is_reading_now


async def test_reading_stops_once_many_wait() -> None:
    """[CN8] A peer whose messages wait is not read from until they are taken."""
    protocol, transport = await _connect(SocketProtocol)
    sent = 0
    while transport.is_reading_now:
        protocol.data_received(_frame(Opcode.BINARY, b"x"))
        sent += 1
        assert sent < 1_000
    for _ in range(sent):
        assert not transport.is_reading_now
        await protocol.receive()
    assert transport.is_reading_now
