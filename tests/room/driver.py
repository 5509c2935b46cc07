"""A room under a test's own hand: commands in, effects out, appends finished when the test says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pycrdt import Doc

from collab.crdt.bridge import Bridge
from collab.ids import Epoch, FencingToken, RevisionNo, SessionId, SourceId
from collab.messages import (
    Append,
    Appended,
    Command,
    Dialect,
    Effect,
    Event,
    Join,
    ReadOnly,
    Role,
    Send,
    StateVector,
    Submit,
    Update,
    UpdateKind,
)
from collab.model.registry import builtin
from collab.revision import (
    DEFAULT_TYPE,
    ChangeKind,
    Revision,
    Snapshot,
    decode_revision,
    decode_snapshot,
    encode_revision,
    encode_snapshot,
)
from collab.room.room import Room
from collab.room.rules import ApplicationRules, FreeRules, RoomRules
from tests.room.clients import principal

__all__ = ["Driver", "updates_of"]

_Effect = TypeVar("_Effect", bound=Effect)
_Event = TypeVar("_Event", bound=Event)


class Driver:
    """A room with its log. ``effects`` are those of the last command."""

    def __init__(
        self,
        *,
        is_application: bool = False,
        token: int = 1,
        snapshot: Snapshot | None = None,
        tail: Sequence[Revision] = (),
        read_only: ReadOnly | None = None,
        rules: RoomRules | None = None,
    ) -> None:
        if snapshot is None:
            document = Bridge.empty_document(is_application=is_application)
            snapshot = Snapshot(RevisionNo(0), Epoch(1), is_application, document, b"")
        self.is_application = is_application
        self.room = Room(
            rules=rules or (ApplicationRules(builtin()) if is_application else FreeRules()),
            is_application=is_application,
            token=FencingToken(token),
            snapshot=snapshot,
            tail=tail,
            read_only=read_only,
        )
        self.log: list[Revision] = list(tail)
        self.effects: list[Effect] = []
        self.now_ms = 1_000
        self._in_flight: list[Append] = []
        self._seq = 0

    @property
    def document(self) -> Any:
        return self.room.committer.document

    def feed(self, command: Command) -> list[Effect]:
        self.effects = self.room.receive(command, self.now_ms)
        self._in_flight += [item for item in self.effects if isinstance(item, Append)]
        return self.effects

    def store(self) -> list[Effect]:
        """Finish all appends; return all effects of that."""
        effects: list[Effect] = []
        while self._in_flight:
            append = self._in_flight.pop(0)
            self.log += append.revisions
            effects += self.feed(Appended(append.revisions[-1].number))
        self.effects = effects
        return effects

    def reopen(self, token: int, *, with_snapshot: bool = False, **options: Any) -> Driver:
        """Return the next owner's room, read from what the store has."""
        if with_snapshot:
            snapshot = self.room.committer.snapshot()
            snapshot = decode_snapshot(snapshot.revision, encode_snapshot(snapshot))
            return Driver(
                is_application=self.is_application, token=token, snapshot=snapshot, **options
            )
        tail = [decode_revision(item.number, encode_revision(item)) for item in self.log]
        return Driver(is_application=self.is_application, token=token, tail=tail, **options)

    def join(
        self,
        name: str,
        dialect: Dialect = Dialect.YJS,
        *,
        role: Role = Role.EDITOR,
        since: int | None = None,
        epoch: int | None = None,
    ) -> SessionId:
        """Let a session of the user *name* in; a Yjs one has synced."""
        session = SessionId(name)
        self.feed(
            Join(
                session,
                principal(name, role),
                dialect,
                None if since is None else RevisionNo(since),
                None if epoch is None else Epoch(epoch),
            )
        )
        if dialect is not Dialect.NATIVE:
            self.feed(StateVector(session, b"\x00"))
        return session

    def submit(
        self,
        session: str,
        change: Any,
        *,
        seq: int,
        base: int | None = None,
        kind: ChangeKind = ChangeKind.OP,
        source: str = "",
        type: str = DEFAULT_TYPE,
    ) -> list[Effect]:
        base = self.room.head if base is None else base
        source_id = SourceId(source or f"source of {session}")
        command = Submit(SessionId(session), source_id, seq, RevisionNo(base), kind, change, type)
        return self.feed(command)

    def update(self, session: str, update: bytes, *, step2: bool = False) -> list[Effect]:
        self._seq += 1
        kind = UpdateKind.STEP2 if step2 else UpdateKind.LIVE
        return self.feed(Update(SessionId(session), self._seq, update, kind))

    def told(self, kind: type[_Event], session: str | None = None) -> list[_Event]:
        """Return the events of one kind among the last effects."""
        return [
            effect.event
            for effect in self.effects
            if isinstance(effect, Send)
            and isinstance(effect.event, kind)
            and session in (None, effect.session)
        ]

    def done(self, kind: type[_Effect]) -> list[_Effect]:
        """Return the effects of one kind among the last."""
        return [effect for effect in self.effects if isinstance(effect, kind)]


def updates_of(doc: Doc[Any]) -> list[bytes]:
    """Return a list that grows by every update that *doc* emits."""
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    return updates
