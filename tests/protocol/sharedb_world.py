"""ShareDB connections before real rooms, without sockets or a clock, for the adapter's tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from collab.errors import DesignRoomsError, Refused
from collab.host.group import Group
from collab.host.outlet import Outlet
from collab.ids import RevisionNo, SessionId, SourceId
from collab.limits import CONNECTION_BYTES_MAX
from collab.messages import (
    Broadcast,
    CloseSession,
    Dialect,
    Effect,
    Join,
    Leave,
    Role,
    Send,
    SessionCommand,
    Submit,
)
from collab.protocol.adapter import (
    Answer,
    Ask,
    Close,
    CloseRoom,
    OpenRoom,
    Output,
    Request,
    SnapshotAt,
    SnapshotRead,
)
from collab.protocol.sharedb import ShareDbAdapter
from collab.protocol.sharedb_documents import channel_of
from collab.revision import ChangeKind
from collab.room.fold import exists_after, fold
from collab.values import plain
from tests.room.clients import principal
from tests.room.driver import Driver

__all__ = ["FakeSources", "Link", "World"]


class FakeSources:
    """The sources of one user: those in *own*, of which the first is issued first."""

    def __init__(self, *own: str) -> None:
        self.own = own
        self._issued = 0

    def issue(self) -> SourceId:
        self._issued += 1
        return SourceId(self.own[0] if self._issued == 1 else f"fresh{self._issued}")

    def is_own(self, source: str) -> bool:
        return source in self.own


class World:
    """Rooms by their names, and the connections to them."""

    def __init__(self) -> None:
        self.rooms: dict[str, Driver] = {}
        self.links: list[Link] = []
        self._seq = 0

    def room(self, name: str) -> Driver:
        if name not in self.rooms:
            self.rooms[name] = Driver(is_application="/" not in name)
        return self.rooms[name]

    def connect(self, *sources: str, user: str = "zoë", role: Role = Role.EDITOR) -> Link:
        link = Link(self, FakeSources(*(sources or ("client",))), user, role)
        self.links.append(link)
        return link

    def feed(self, name: str, command: Any) -> None:
        """Let a room take a command and store what comes of it; tell everybody."""
        room = self.room(name)
        self._perform(name, room.feed(command))
        self._perform(name, room.store())

    def edit(self, collection: str, document: str, change: dict[str, Any]) -> None:
        """Change a document as somebody else, who goes by the source ``other``."""
        self._seq += 1
        name = channel_of(collection, document)
        session = SessionId("other")
        self.feed(name, Join(session, principal("mia", Role.EDITOR), Dialect.SHAREDB))
        kind, value = ChangeKind.OP, change.get("op")
        if "create" in change:
            kind, value = ChangeKind.CREATE, change["create"]["data"]
        elif "del" in change:
            kind, value = ChangeKind.DELETE, None
        self.feed(name, Submit(session, SourceId("other"), self._seq, None, kind, value))
        self.feed(name, Leave(session))

    def _perform(self, name: str, effects: Sequence[Effect]) -> None:
        for effect in effects:
            for link in self.links:
                match effect:
                    case Send() if effect.session == link.session_in(name):
                        link.outlets[name].tell(effect.event)
                    case Broadcast() if link.session_in(name) in effect.to:
                        group = Group([link.outlets[name]])
                        group.push(effect.revision)
                        group.flush()
                    case CloseSession() if effect.session == link.session_in(name):
                        link.leave(name)
                        link.perform(link.adapter.closed_by_room(name, effect.code, effect.reason))
                    case _:
                        pass


class Link:
    """One connection: what it is sent gathers in ``frames``, as JSON."""

    buffered_bytes = 0
    is_closed = False

    def __init__(self, world: World, sources: FakeSources, user: str, role: Role) -> None:
        self.adapter = ShareDbAdapter(sources)
        self.outlets: dict[str, Outlet] = {}
        self.frames: list[Any] = []
        self.closed: Close | None = None
        self.requests: list[Request] = []
        self.denials: dict[str, DesignRoomsError] = {}
        # Rooms that are not opened before ``open_all``.
        self.is_slow = False
        self._slow: list[str] = []
        self._world = world
        self._principal = principal(user, role)
        self._count = 0
        self.perform(self.adapter.started())

    # The ``Connection`` port.
    def send(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))

    def send_parts(self, parts: Sequence[bytes]) -> None:
        self.send(b"".join(parts))

    def pack(self, frames: Sequence[bytes]) -> bytes:
        return b"\n".join(frames)

    def send_packed(self, block: bytes) -> None:
        for frame in block.splitlines():
            self.send(frame)

    def close(self, code: int, reason: str) -> None:
        self.closed = Close(code, reason)

    def session_in(self, name: str) -> SessionId | None:
        outlet = self.outlets.get(name)
        return None if outlet is None else outlet.session

    def say(self, **fields: Any) -> list[Any]:
        """Send a message; return what came back at once."""
        return self.say_text(json.dumps(fields))

    def say_text(self, text: str) -> list[Any]:
        self.perform(self.adapter.receive(text.encode()))
        return self.take()

    def take(self) -> list[Any]:
        """Return what came since."""
        frames, self.frames = self.frames, []
        return frames

    def open_all(self) -> None:
        """Open the rooms that were held back."""
        self.is_slow = False
        slow, self._slow = self._slow, []
        for name in slow:
            self._open(name)

    def leave(self, name: str) -> None:
        outlet = self.outlets.pop(name, None)
        if outlet is not None:
            self._world.feed(name, Leave(outlet.session))

    def drop(self) -> None:
        """The line breaks."""
        for name in list(self.outlets):
            self.leave(name)
        self._world.links.remove(self)

    def perform(self, output: Output) -> None:
        for frame in output.frames:
            self.send(frame)
        for request in output.requests:
            self.requests.append(request)
            match request:
                case OpenRoom():
                    self._slow.append(request.name) if self.is_slow else self._open(request.name)
                case CloseRoom():
                    self.leave(request.channel)
                case Ask():
                    answer = _look_up(self._world, request.question)
                    self.perform(self.adapter.answered(request.request, answer))
                case _ if isinstance(request, SessionCommand):
                    self._command(request)
        if output.close is not None:
            self.closed = output.close

    def _open(self, name: str) -> None:
        denial = self.denials.get(name)
        if denial is not None:
            self.perform(self.adapter.denied(name, denial))
            return
        self._count += 1
        session = SessionId(f"{id(self)}-{self._count}")
        self.outlets[name] = Outlet(
            session, self, self.adapter, name, self.perform, CONNECTION_BYTES_MAX
        )
        output = self.adapter.opened(name, session, self._principal)
        self._world.feed(name, Join(session, self._principal, Dialect.SHAREDB))
        self.perform(output)

    def _command(self, command: SessionCommand) -> None:
        for name, outlet in self.outlets.items():
            if outlet.session == command.session:
                self._world.feed(name, command)
                return


def _look_up(world: World, question: SnapshotAt) -> Answer | DesignRoomsError:
    """Fold a room's log; every revision of the driver is of one time, 1,000."""
    room = world.rooms.get(question.name)
    log = [] if room is None else room.log
    wanted = len(log) if question.revision is None else question.revision
    if question.time_ms is not None and question.time_ms < 1_000:
        wanted = 0
    if wanted > len(log):
        return Refused("revision_future", "not committed")
    document: Any = {}
    exists = False
    for revision in log[:wanted]:
        document, exists = fold(document, revision), exists_after(exists, revision)
    text = json.dumps(plain(document)).encode() if exists else b""
    return SnapshotRead(RevisionNo(wanted), exists, text)
