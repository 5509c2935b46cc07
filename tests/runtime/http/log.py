"""A log without a server: what ``collab.client.connect`` gives, for rooms that a test edits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import jwt

from collab.client import Advanced, RoomClosed, RoomEvent
from collab.ids import Epoch, RevisionNo, UserId
from collab.ot import json0
from collab.revision import ChangeKind, Revision

__all__ = ["FakeLog", "LoggedRoom"]


class LoggedRoom:
    """One room's document; edits reach whoever follows it."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.revision = RevisionNo(1)
        self.is_connected = True
        self._listeners: list[Callable[[RoomEvent], None]] = []

    def listen(self, listener: Callable[[RoomEvent], None]) -> None:
        self._listeners.append(listener)

    async def wait_closed(self) -> RoomClosed:
        await asyncio.Event().wait()
        raise AssertionError

    def edit(self, op: list[dict[str, Any]]) -> int:
        """Commit *op* and return its revision."""
        self.document = json0.apply(self.document, op)
        self.revision = RevisionNo(self.revision + 1)
        now_ms = int(time.time() * 1000)
        user = UserId("ada")
        revision = Revision(self.revision, Epoch(1), ChangeKind.OP, op, b"", user, now_ms)
        for listener in list(self._listeners):
            listener(Advanced(revision))
        return self.revision

    def set(self, node: str, prop: str, value: Any) -> int:
        """Commit a change of one property."""
        before = self.document["nodes"][node]["props"].get(prop)
        component = {"p": ["nodes", node, "props", prop], "oi": value}
        if before is not None:
            component["od"] = before
        return self.edit([component])

    def add(self, node: str, type_: str, place: list[str], props: dict[str, Any]) -> int:
        """Commit a new node."""
        content = {"type": type_, "place": place, "props": props}
        return self.edit([{"p": ["nodes", node], "oi": content}])

    def remove(self, node: str) -> int:
        """Commit that a node is deleted: it loses its place."""
        return self.edit([{"p": ["nodes", node, "place"], "oi": None}])

    def node(self, name: str, parent: str | None = None) -> str:
        """Return the id of the node of this name (within *parent*)."""
        for node_id, node in self.document["nodes"].items():
            is_there = node["place"] is not None and (parent is None or node["place"][0] == parent)
            if is_there and node["props"].get("name") == name:
                return str(node_id)
        raise LookupError(name)

    def field(self, model: str, name: str) -> str:
        """Return the id of a field of a model, by their names."""
        return self.node(name, self.node(model))

    def of_type(self, type_: str, index: int = 0) -> str:
        """Return the id of a node of this type."""
        found = [
            node_id
            for node_id, node in self.document["nodes"].items()
            if node["type"].startswith(f"{type_}@") and node["place"] is not None
        ]
        return found[index]


class _Connecting:
    def __init__(self, room: LoggedRoom) -> None:
        self._room = room

    async def __aenter__(self) -> LoggedRoom:
        return self._room

    async def __aexit__(self, *_: object) -> None:
        return


class FakeLog:
    """Rooms by tenant and name; the token says which tenant's are asked for."""

    def __init__(self, service_key: bytes) -> None:
        self.rooms: dict[tuple[str, str], LoggedRoom] = {}
        self._key = service_key

    def connect(
        self, _server: str, room: str, token: str | None, *, timeout_s: float
    ) -> _Connecting:
        assert token is not None
        claims = jwt.decode(token, self._key, algorithms=["HS256"])
        assert claims["room"] == room
        assert claims["kind"] == "service"
        found = self.rooms.get((claims["tenant"], room))
        if found is None:
            raise RoomClosed("not_found", "there is no such room")
        return _Connecting(found)
