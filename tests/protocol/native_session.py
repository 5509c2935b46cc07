"""A native session, as far as the tests of that protocol need it."""

from __future__ import annotations

from typing import Any

import msgpack

from collab.ids import ClientId, Epoch, RevisionNo
from collab.messages import (
    Joined,
)
from collab.protocol.adapter import Output
from collab.protocol.native import NativeAdapter
from tests.protocol.wire import SESSION, principal

__all__ = [
    "HEAD",
    "JOINED",
    "SUBMIT",
    "assert_error",
    "hello",
    "pack",
    "unpack",
    "welcomed",
]

HEAD = RevisionNo(3)
JOINED = Joined(SESSION, Epoch(1), HEAD, True, '{"a":"né😀"}'.encode(), ClientId(2**40 + 1))
SUBMIT = {"type": "submit", "seq": 1, "base": 3, "op": [{"p": ["a"], "oi": "né😀"}]}


def pack(**fields: Any) -> bytes:
    packed: bytes = msgpack.packb(fields)
    return packed


def unpack(frame: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = msgpack.unpackb(frame)
    return fields


def hello(adapter: NativeAdapter, **fields: Any) -> Output:
    return adapter.receive(pack(type="hello", version=1, **fields))


def welcomed(**fields: Any) -> NativeAdapter:
    adapter = NativeAdapter()
    assert len(hello(adapter, **fields).requests) == 1
    assert adapter.opened("", SESSION, principal()) == Output()
    adapter.event("", JOINED)
    return adapter


def assert_error(output: Output, code: str, close: int) -> None:
    assert output.close is not None
    error = unpack(output.frames[-1])
    assert (error["type"], error["code"], output.close.code) == ("error", code, close)
    assert error["reason"] == output.close.reason
    assert output.requests == []
