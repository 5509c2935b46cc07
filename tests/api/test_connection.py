"""A connection's queue: one write for what gathered, and no copy of what is large."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from collab.api.connection import WebSocketConnection
from collab.crdt.lib0 import Decoder
from collab.host.turn import Turn
from collab.ids import RevisionNo
from collab.limits import COPIED_BYTES_MAX
from collab.messages import SyncDiff
from collab.protocol.sync import STEP1, STEP2, answer_step1, read_sync, sync_frame

_PREFIX = "größe/😀".encode()


class _Transport:
    """Notes each write, as the objects that it was given."""

    def __init__(self) -> None:
        self.writes: list[list[bytes]] = []

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        self.writes.append([data])

    def writelines(self, parts: list[bytes]) -> None:
        self.writes.append(list(parts))


def _connect() -> tuple[WebSocketConnection, _Transport]:
    transport = _Transport()
    protocol = SimpleNamespace(transport=transport)
    websocket: Any = SimpleNamespace(scope={"extensions": {"design_rooms.protocol": protocol}})
    return WebSocketConnection(websocket, Turn(), 1_000, is_text=False), transport


async def test_small_frames_are_one_write() -> None:
    """[FO10] What gathers in a turn is written at once, in its order."""
    connection, transport = _connect()
    connection.send(b"one")
    connection.send_parts([b"tw", b"o"])
    connection.send_packed(connection.pack([b"three"]))
    assert connection.buffered_bytes == 5 + 5 + 7
    await asyncio.sleep(0)
    assert transport.writes == [[b"\x82\x03one\x82\x03two\x82\x05three"]]
    assert connection.buffered_bytes == 0


async def test_large_frames_are_not_copied() -> None:
    """[FO11] What is large is handed to the transport of each peer as the same object."""
    document = bytes(2 * COPIED_BYTES_MAX)
    peers = [_connect() for _ in range(3)]
    for connection, _ in peers:
        connection.send(b"before")
        connection.send_parts([b"head", document])
        connection.send(document)
        connection.send(b"behind")
    await asyncio.sleep(0)
    size = len(document)
    for _, transport in peers:
        (parts,) = transport.writes
        assert b"".join(parts) == (
            b"\x82\x06before"
            + (b"\x82\x7f" + (size + 4).to_bytes(8, "big") + b"head" + document)
            + (b"\x82\x7f" + size.to_bytes(8, "big") + document)
            + b"\x82\x06behind"
        )
        assert sum(part is document for part in parts) == 2


@pytest.mark.parametrize("size", [0, 1, COPIED_BYTES_MAX, COPIED_BYTES_MAX + 1, 300_000])
def test_step_2_of_any_size(size: int) -> None:
    """[FO11] A state goes out as the bytes that the room encoded once, behind its length."""
    event = SyncDiff(RevisionNo(7), bytes(size), b"\x00")
    output = answer_step1(_PREFIX, event)
    whole = [b"".join(output.large)] if output.large else []
    step2, step1 = [*whole, *output.frames]
    assert step2 == sync_frame(_PREFIX, STEP2, event.update)
    assert step1 == sync_frame(_PREFIX, STEP1, event.state_vector)
    assert step2.startswith(_PREFIX)
    decoder = Decoder(step2[len(_PREFIX) :])
    decoder.read_var_uint()
    assert read_sync(decoder) == (STEP2, event.update)
    assert (size > COPIED_BYTES_MAX) == any(part is event.update for part in output.large)
