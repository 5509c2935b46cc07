"""A free room with a hundred clients behind their adapters, without sockets and without a disk.

For the benchmarks that time what is between: an edit comes as the bytes of a frame, and is durable
at once. Called by ``layers``.
"""

from __future__ import annotations

import json
from time import perf_counter_ns
from typing import Any

from pycrdt import Doc, Map

from benchmarks.driven import drive, empty_room, person
from collab.api.frame_cutter import FrameCutter
from collab.ids import SessionId, SourceId
from collab.messages import (
    Broadcast,
    Command,
    Dialect,
    Effect,
    Join,
    Send,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import Adapter, OpenRoom, Output
from collab.protocol.sharedb import ShareDbAdapter
from collab.protocol.yjs import YjsAdapter
from collab.revision import Revision
from collab.stores import record

__all__ = ["CLIENTS", "PERSON", "Client", "World"]

CLIENTS = 100
PERSON = person("zoë")


class _Sources:
    def __init__(self, number: int) -> None:
        self._source = f"source{number}"

    def issue(self) -> SourceId:
        return SourceId(self._source)

    def is_own(self, source: str) -> bool:
        return source == self._source


class Client:
    """One session with its adapter, and the edits that it makes as they come over the wire."""

    def __init__(self, world: World, number: int) -> None:
        self.session = SessionId(str(number))
        self._key = f"n{number:04d}"
        self._world = world
        self._cutter = FrameCutter()
        self._seq = 0
        self.channel = ""
        self.adapter: Adapter = (
            ShareDbAdapter(_Sources(number)) if world.is_sharedb else YjsAdapter()
        )
        dialect = Dialect.SHAREDB if world.is_sharedb else Dialect.YJS
        world.perform(Join(self.session, PERSON, dialect))
        world.clients[self.session] = self
        if world.is_sharedb:
            self.receive(self._sharedb("s", v=None))
            return
        self.adapter.opened("", self.session, PERSON)
        self.receive(b"\0\0\1\0")
        self._doc: Doc[Any] = Doc(client_id=2**30 + number)
        self._doc.apply_update(world.room.committer.diff(b"\0"))
        self._updates: list[bytes] = []
        self._doc.observe(lambda event: self._updates.append(event.update))

    def edit(self, text: str, base: int | None = None) -> bytes:
        """Return the message that sets this client's entry, made at *base* (ShareDB)."""
        if self._world.is_sharedb:
            self._seq += 1
            op = [{"p": ["items", self._key], "oi": text}]
            version = self._world.room.head if base is None else base
            return self._sharedb("op", v=version, seq=self._seq, x={}, op=op)
        self._doc.get("model", type=Map)["items"][self._key] = text
        made = self._updates.pop()
        return b"\0\2" + bytes([len(made)]) + made

    def _sharedb(self, action: str, **fields: Any) -> bytes:
        return json.dumps({"a": action, "c": "bench", "d": "room", **fields}).encode()

    def receive(self, message: bytes) -> None:
        """Take *message* as the socket does."""
        length = len(message)
        size = bytes([0x80 | length]) if length <= 125 else b"\xfe" + length.to_bytes(2, "big")
        # Masked with zeros, which takes as long as any other mask.
        for piece in self._cutter.cut(b"\x82" + size + bytes(4) + message):
            self.perform(self.adapter.receive(piece.payload))

    def perform(self, output: Output) -> None:
        """Let the room take what the adapter asks of it."""
        for request in output.requests:
            if isinstance(request, OpenRoom):
                self.channel = request.channel
                self.perform(self.adapter.opened(self.channel, self.session, PERSON))
            else:
                self._world.perform(request)


class World:
    """A free room with *entries* in a map, and its clients; what it appends is durable at once."""

    def __init__(self, *, is_sharedb: bool, entries: int = CLIENTS) -> None:
        self.is_sharedb = is_sharedb
        self.clients: dict[SessionId, Client] = {}
        self.log: list[Revision] = []
        self.room = empty_room(is_application=False)
        founder: Doc[Any] = Doc(client_id=7)
        founder.get("model", type=Map)["items"] = Map({f"n{i:04d}": "" for i in range(entries)})
        self.perform(Join(SessionId("founder"), PERSON, Dialect.YJS))
        self.perform(Update(SessionId("founder"), 1, founder.get_update(), UpdateKind.STEP2))
        self.people = [Client(self, number) for number in range(CLIENTS)]

    def perform(self, command: Command) -> None:
        """Give the room a command and do what it asks for, with no socket and no disk."""
        stored = len(self.log)
        drive(self.room, command, self.log, self._tell)
        for item in self.log[stored:]:
            record.write_revision(item)

    def _tell(self, effect: Effect) -> None:
        if isinstance(effect, Broadcast):
            if effect.to:
                first = self.people[0]
                first.adapter.encode_revision(first.channel, effect.revision)
        elif isinstance(effect, Send) and effect.session in self.clients:
            client = self.clients[effect.session]
            client.adapter.event(client.channel, effect.event)

    def edit(self, number: int, lag: int = 0) -> float:
        """Make one edit, *lag* revisions behind; return how many microseconds it took."""
        client = self.people[number % CLIENTS]
        base = max(1, self.room.head - lag)
        message = client.edit(f"~{number % CLIENTS:04d}:{number:06d}:größe", base)
        begin = perf_counter_ns()
        client.receive(message)
        return (perf_counter_ns() - begin) / 1e3
