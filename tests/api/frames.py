"""Frames of the Yjs protocols, as a client without any library writes and reads them."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, Map

from collab.crdt.lib0 import Decoder, Encoder

__all__ = [
    "STEP1",
    "YjsReader",
    "address",
    "auth",
    "query",
    "step1",
    "sync",
    "update_of",
]

# Sync step 1 of an empty document.
STEP1 = bytes.fromhex("00000100")


def sync(kind: int, payload: bytes) -> bytes:
    """Return a sync message: kind 0 is step 1, 1 is step 2, 2 an update."""
    encoder = Encoder()
    encoder.write_var_uint(0)
    encoder.write_var_uint(kind)
    encoder.write_var_bytes(payload)
    return encoder.to_bytes()


def address(name: str) -> bytes:
    """Return what stands before every Hocuspocus message."""
    encoder = Encoder()
    encoder.write_var_string(name)
    return encoder.to_bytes()


def auth(name: str, token: str = "tester") -> bytes:
    """Return a Hocuspocus token message."""
    encoder = Encoder()
    encoder.write_var_uint(2)
    encoder.write_var_uint(0)
    encoder.write_var_string(token)
    return address(name) + encoder.to_bytes()


def step1(name: str) -> bytes:
    """Return a Hocuspocus step 1 of an empty document."""
    return address(name) + STEP1


def query(name: str) -> bytes:
    """Return a Hocuspocus query for awareness."""
    return address(name) + b"\x03"


def update_of(values: dict[str, object], client: int, root: str = "model") -> bytes:
    """Return an update by which *client* sets *values* in a root map of an empty document."""
    doc: Doc[Any] = Doc(client_id=client)
    doc.get(root, type=Map).update(values)
    return doc.get_update()


class YjsReader:
    """A document fed by frames that follow *prefix* (empty for y-websocket)."""

    def __init__(self, prefix: bytes = b"") -> None:
        self.prefix = prefix
        self.updates = 0
        self.doc: Doc[Any] = Doc()
        self.root = self.doc.get("model", type=Map)

    def take(self, frame: bytes | str) -> None:
        """Apply a step 2 or an update; any other frame is ignored."""
        assert isinstance(frame, bytes)
        body = frame[len(self.prefix) :]
        if frame.startswith(self.prefix) and body[:2] in (b"\x00\x01", b"\x00\x02"):
            self.updates += body[1] == 2
            self.doc.apply_update(Decoder(body[2:]).read_var_bytes())

    @property
    def value(self) -> dict[str, object]:
        return self.root.to_py() or {}
