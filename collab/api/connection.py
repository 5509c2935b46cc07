"""A connection: what is to be told to one peer, counted, and written once a turn of the loop.

Fan-out hands the same framed block to many connections, and whatever one turn of the event loop had
to say to a peer leaves in a single write: a system call for each message and peer is what
broadcasting costs. Both what waits here and what the transport has not got rid of counts, and the
outlets act on the count. SPEC: section CN. Called by ``sockets``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from collab.api.socket_protocol import protocol_of
from collab.host.turn import Turn
from collab.limits import COPIED_BYTES_MAX

__all__ = ["WebSocketConnection", "cut_reason"]

_TEXT: Final = 0x81
_BINARY: Final = 0x82
_SHORT_MAX: Final = 125
_MEDIUM_MAX: Final = 0xFFFF


class WebSocketConnection:
    """The ``Connection`` port on a WebSocket below which there is a ``SocketProtocol``.

    Messages go out as text (UTF-8) if *is_text*, otherwise as binary. A peer that has not taken its
    close frame *close_timeout_ms* after ``close`` is cut off.
    """

    def __init__(
        self, websocket: WebSocket, turn: Turn, close_timeout_ms: int, *, is_text: bool
    ) -> None:
        self._websocket = websocket
        self._turn = turn
        self._transport = protocol_of(websocket).transport
        self._opcode = _TEXT if is_text else _BINARY
        self._close_timeout_s = close_timeout_ms / 1000
        self._blocks: list[bytes] = []
        self._bytes = 0
        self._close: tuple[int, str] | None = None
        self._has_ended = False
        self._closing = asyncio.Event()

    @property
    def buffered_bytes(self) -> int:
        if self._has_ended or self._transport.is_closing():
            # What could not be sent to a peer that is gone is nobody's any more.
            return 0
        return self._bytes + self._transport.get_write_buffer_size()

    @property
    def is_closed(self) -> bool:
        # Not the transport's word: what a peer sent before it went is still to be read.
        return self._has_ended or self._close is not None

    def send(self, frame: bytes) -> None:
        if self._close is not None or self._has_ended:
            return
        if len(frame) > COPIED_BYTES_MAX:
            self.send_parts((frame,))
        else:
            self._queue(_header(len(frame), self._opcode) + frame)

    def send_parts(self, parts: Sequence[bytes]) -> None:
        if self._close is None and not self._has_ended:
            self._queue(_header(sum(map(len, parts)), self._opcode))
            for part in parts:
                self._queue(part)

    def pack(self, frames: Sequence[bytes]) -> bytes:
        opcode = self._opcode
        parts: list[bytes] = []
        for frame in frames:
            parts += (_header(len(frame), opcode), frame)
        return b"".join(parts)

    def send_packed(self, block: bytes) -> None:
        if self._close is None and not self._has_ended:
            self._queue(block)

    def _queue(self, block: bytes) -> None:
        blocks = self._blocks
        if not blocks:
            self._turn.write(self)
        blocks.append(block)
        self._bytes += len(block)

    def flush(self) -> None:
        """Hand the transport what has gathered."""
        blocks, size = self._blocks, self._bytes
        self._blocks, self._bytes = [], 0
        if not blocks or self._transport.is_closing():
            return
        if len(blocks) == 1:
            self._transport.write(blocks[0])
        elif size <= COPIED_BYTES_MAX:
            self._transport.write(b"".join(blocks))
        else:
            # What many peers are sent is not copied for each of them, however long it waits there.
            self._transport.writelines(blocks)

    def close(self, code: int, reason: str) -> None:
        if self._close is None:
            self._close = (code, cut_reason(reason))
            self._closing.set()
            # Whoever reads nothing would keep the socket, and all that waits, for ever.
            loop = asyncio.get_running_loop()
            loop.call_later(self._close_timeout_s, self._transport.abort)

    async def end(self) -> None:
        """Wait for ``close``, then close the socket behind what was sent."""
        try:
            await self._closing.wait()
            self.flush()
            assert self._close is not None
            await self._websocket.close(*self._close)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # The peer is gone; the reader sees that too and ends the session.
        finally:
            self._has_ended = True
            self._blocks.clear()


def cut_reason(reason: str) -> str:
    """Return *reason* as far as a close frame holds it: 123 bytes of UTF-8."""
    return reason.encode()[:123].decode(errors="ignore")


def _header(length: int, opcode: int) -> bytes:
    """Return the head of a whole, unmasked frame, as a server sends it (RFC 6455, 5.2)."""
    if length <= _SHORT_MAX:
        return bytes((opcode, length))
    if length <= _MEDIUM_MAX:
        return bytes((opcode, 126)) + length.to_bytes(2, "big")
    return bytes((opcode, 127)) + length.to_bytes(8, "big")
